"""The day of the month that a word was, by likeness of sound.

Pure. "Thirst of May" is the first; recognisers write a lone ordinal as any word that sounds like
it. What is read so is read back to the caller anyway.
"""

from receptionist.domain.sounds_alike import nearest

MISHEARD_DAYS = {
    word: day
    for day, words in {
        1: "first fast thirst past stop best cast ask asked pest",
        2: "second seconds beckons beckon reckons bekins",
        3: "third bird herd god thud surd sad side guard hard add heard search",
        4: "both force forth fort for fourths fought thought sort author off what so all also"
        " order source false pulse course cough coughs sow sew",
        5: "this fit fits fist if gift fish chef face space safe sis bis cyst system sister sift"
        " list price authorise authorised allsave",
        6: "sick six sixties sits sixt sixes",
        7: "seventy seven heaven severn devon server",
        8: "eat eight ate aged h ace dna eighths",
        9: "knife nice night mine knight might nike nights knights mounts maths max",
        10: "tent tense can out tents tenths pen pence camper camping cancer cancel tampa canada",
        11: "lesson leven eleventh",
        12: "shelf twelve quotes quote boats curse wells",
        14: "fourteen team",
        15: "fifteen fifteens justine",
        17: "queen seventeen",
        20: "twenty twenties anthea anterior interior wednesday",
        30: "thirty thirties bertie virgin verges burgess duchess images stages courteous",
    }.items()
    for word in words.split()
}
"""Words written for an ordinal, and the ordinal's own near spellings."""
_LONGEST = 12
"""Letters; no ordinal has more."""
_UNLIKE_AT_MOST = 0.2
"""Farther words are the right ordinal in less than half of all cases."""


def misheard_day(word: str) -> int | None:
    """The day, or None for a word that sounds like none."""
    if word in MISHEARD_DAYS:
        return MISHEARD_DAYS[word]
    if not 2 < len(word) <= _LONGEST:
        return None
    near = nearest(word, MISHEARD_DAYS, _UNLIKE_AT_MOST)
    return MISHEARD_DAYS[near] if near else None
