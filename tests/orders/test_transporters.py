"""Which carriers are offered, and which of them a track and trace tells of."""

from __future__ import annotations

import pytest

from orders.transporters import choices, find, propose, transporters


def codes() -> list[str]:
    return list(transporters())


def test_the_setting_puts_carriers_in_front_and_adds_some(settings):
    settings.TRANSPORTERS = ["DPD-NL", "RJP=Red je Pakketje", "TNT=PostNL standard", "NEW"]

    assert codes()[:5] == ["DPD-NL", "RJP", "TNT", "NEW", "TNT-EXTRA"]
    assert choices()[:4] == [
        ("DPD-NL", "DPD Netherlands (DPD-NL)"),
        ("RJP", "Red je Pakketje (RJP)"),
        ("TNT", "PostNL standard (TNT)"),
        ("NEW", "NEW (NEW)"),
    ]


def test_the_setting_hides_carriers(settings):
    settings.TRANSPORTERS_HIDDEN = ["TNT", "FIEGE"]

    assert not {"TNT", "FIEGE"} & set(codes())
    assert ("TNT", "TNT") in choices(current="TNT")


def test_the_setting_says_who_gives_no_codes(settings):
    settings.TRANSPORTERS_UNTRACED = ["COURIER"]

    assert not transporters()["COURIER"].is_traced
    assert transporters()["BRIEFPOST"].is_traced


@pytest.mark.parametrize(
    ("track_and_trace", "carrier"),
    [
        ("3SABCD1234567", "TNT"),
        ("3sabcd 123 4567", "TNT"),
        ("LS123456785NL", "TNT"),
        ("JVGL06123456789012345678", "DHLFORYOU"),
        ("JJD000030123456789", "DHLFORYOU"),
        ("05222894123456", "DPD-NL"),
        ("0522 2894 1234 56", "DPD-NL"),
        ("05222894123456U", "DPD-NL"),
        ("12345678901", "GLS"),
        ("123456789012", "GLS"),
        ("1Z999AA10123456784", "UPS"),
        ("323212345600012345678901", "BPOST_BE"),
        ("CD123456785BE", "BPOST_BE"),
    ],
)
def test_the_format_of_a_code_tells_the_carrier(track_and_trace, carrier):
    assert propose(track_and_trace, "", transporters()) == carrier
    assert propose(track_and_trace, "COURIER", transporters()) == carrier


@pytest.mark.parametrize(
    "track_and_trace", ["", "HELLO", "1234", "3S", "1Z12", "JVGL1", "123456789012345678901"]
)
def test_what_tells_nothing_is_carried_as_last_time(track_and_trace):
    assert propose(track_and_trace, "", transporters()) == ""
    assert propose(track_and_trace, "TRUNKRS", transporters()) == "TRUNKRS"


@pytest.mark.parametrize(
    ("track_and_trace", "usual", "carrier"),
    [
        ("3SABCD1234567", "TNT_BRIEF", "TNT_BRIEF"),
        ("05222894123456", "DPD-BE", "DPD-BE"),
        ("123456789012", "FEDEX_BE", "FEDEX_BE"),
        ("05222894123456", "TNT", "DPD-NL"),
    ],
)
def test_of_the_services_of_one_company_the_usual_one_is_meant(track_and_trace, usual, carrier):
    assert propose(track_and_trace, usual, transporters()) == carrier


def test_what_is_hidden_is_not_proposed(settings):
    settings.TRANSPORTERS_HIDDEN = ["TNT", "UPS"]

    assert propose("3SABCD1234567", "", transporters()) == "TNT-EXTRA"
    assert propose("1Z999AA10123456784", "DHL", transporters()) == ""
    assert propose("", "TNT", transporters()) == ""


@pytest.mark.parametrize(
    ("text", "carrier"),
    [
        ("TNT", "TNT"),
        ("dhl for you", "DHLFORYOU"),
        ("dhl-for-you", "DHLFORYOU"),
        ("PostNL", "TNT"),
        ("postnl", "TNT"),
        ("DHL", "DHL"),
        ("dpd", "DPD-NL"),
        ("bpost", "BPOST_BE"),
        ("BPOST BE", "BPOST_BE"),
        ("pigeon", ""),
        ("", ""),
        ("--", ""),
    ],
)
def test_people_name_a_carrier_in_their_own_way(text, carrier):
    assert find(text, transporters()) == carrier
