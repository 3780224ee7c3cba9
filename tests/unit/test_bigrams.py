"""Words for a search that also finds Chinese."""

from gridgov.domain.bigrams import LONGEST, MOST, query_of, words_of


def test_chinese_is_cut_into_neighbouring_pairs() -> None:
    assert words_of("垃圾满溢 P3") == ("垃圾", "圾满", "满溢", "p3")


def test_a_single_character_is_a_word_of_its_own() -> None:
    assert words_of("漏 水") == ("漏", "水")


def test_a_search_asks_for_every_word() -> None:
    assert query_of("垃圾满 gate") == "'垃圾' & '圾满' & 'gate'"


def test_signs_alone_ask_for_nothing() -> None:
    assert query_of("'; --") == ""


def test_words_and_their_number_are_bounded() -> None:
    assert len(words_of("x" * 30_000)[0]) == LONGEST
    assert len(words_of(" ".join(map(str, range(9_000))))) == MOST
