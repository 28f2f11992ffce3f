"""Letters as they are named over the telephone.

Alphabets: NATO/ICAO, and the words recognisers write for a letter's own name.
"""

NATO = {
    word: letter
    for letter, words in {
        "a": "alpha alfa",
        "b": "bravo",
        "c": "charlie charley",
        "d": "delta",
        "e": "echo",
        "f": "foxtrot fox",
        "g": "golf",
        "h": "hotel",
        "i": "india indigo",
        "j": "juliet juliett juliette",
        "k": "kilo",
        "l": "lima",
        "m": "mike",
        "n": "november",
        "o": "oscar",
        "p": "papa",
        "q": "quebec",
        "r": "romeo",
        "s": "sierra",
        "t": "tango",
        "u": "uniform",
        "v": "victor",
        "w": "whiskey whisky",
        "x": "xray x-ray",
        "y": "yankee yonke",
        "z": "zulu",
    }.items()
    for word in words.split()
}

NAMED_LETTERS = {
    word: letter
    for letter, words in {
        "a": "ay eh ah",
        "b": "be bee bea",
        "c": "see sea cee",
        "d": "dee",
        "e": "ee",
        "f": "ef eff",
        "g": "gee",
        "h": "aitch haitch age",
        "i": "eye",
        "j": "jay",
        "k": "kay okay",
        "l": "el ell well",
        "m": "em",
        "n": "en and end",
        "o": "oh",
        "p": "pee pea",
        "q": "queue cue",
        "r": "are ar",
        "s": "es ess",
        "t": "tea tee",
        "u": "you yew",
        "v": "vee",
        "x": "ex",
        "y": "why wye",
        "z": "zed zee zedd zag zett",
    }.items()
    for word in words.split()
}
"""What a letter's name is written as when it is taken for a word."""
