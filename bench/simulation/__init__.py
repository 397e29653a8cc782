"""From measured costs to a million sessions: `costs` measures what each event costs, `events` simulates them, `replay`
has the same events happen and counts, `model` reckons with a million, `prices` says what it assumes."""
