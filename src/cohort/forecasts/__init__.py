"""When the people of a cohort will be done, each by her own pace, and whom help would serve."""
