// A small dashboard on another site's page: how far each researcher is, and the latest round.
// The types are made from the contract: `make clients`.
import type { components } from "cohort";

type Schemas = components["schemas"];
type Cohort = Schemas["CohortOut"];
type Progress = Schemas["CohortProgressOut"];
type Overview = Schemas["OverviewOut"];
type Problem = Schemas["ProblemDetails"];

async function read<T>(path: string, token: string): Promise<T> {
  const answer = await fetch(`/api/v1${path}`, { headers: { Authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(((await answer.json()) as Problem).detail);
  return (await answer.json()) as T;
}

function row(...cells: string[]): HTMLTableRowElement {
  const made = document.createElement("tr");
  for (const text of cells) made.insertCell().textContent = text;
  return made;
}

export async function show(into: HTMLElement, token: string): Promise<void> {
  const cohorts = await read<Schemas["CohortPage"]>("/cohorts?state=running", token);
  const cohort: Cohort | undefined = cohorts.items[0];
  if (cohort === undefined) throw new Error("No cohort is running.");
  const [progress, overview] = await Promise.all([
    read<Progress>(`/cohorts/${cohort.id}/progress`, token),
    read<Overview>(`/cohorts/${cohort.id}/overview?include=latest_round`, token),
  ]);
  const table = document.createElement("table");
  table.createCaption().textContent = cohort.name;
  for (const one of progress.people) table.append(row(one.name, `${one.passed} of ${one.total}`));
  const run = overview.latest_round?.run;
  const latest = document.createElement("p");
  latest.textContent = run
    ? `The latest round: ${run.state}, ${run.researchers ?? 0} waited for ${run.places ?? 0} places.`
    : "There was no round yet.";
  into.replaceChildren(table, latest);
}
