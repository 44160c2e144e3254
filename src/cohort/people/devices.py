"""What a browser calls itself, in a few words that its owner recognises."""

BROWSERS = (
    # The first that matches: most browsers also name those that they descend from.
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("python-", "A Python program"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "a Mac"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> str:
    """Such as "Firefox on Windows"; the words are ours, never the sender's."""
    browser = next((said for mark, said in BROWSERS if mark in user_agent), "Another program")
    system = next((f" on {said}" for mark, said in SYSTEMS if mark in user_agent), "")
    return browser + system
