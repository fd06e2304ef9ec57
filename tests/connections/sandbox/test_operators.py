"""Operators are steered from outside, remembered over a restart, and told on the shop page."""

from __future__ import annotations

from pathlib import Path

from connections.bol.sandbox import Sandbox
from tests.connections.sandbox.seller import Seller

CONTROL = "/_sandbox/economic-operators"


def test_bol_decides_about_an_operator(bol: Sandbox, seller: Seller) -> None:
    address = f"{seller.url}{CONTROL}"
    fields = {"retailer": "shop-a", "name": "Agent", "status": "PENDING"}
    operator_id = seller.session.post(address, json=fields).json()["id"]

    seller.session.post(address, json={"retailer": "shop-a", "operator_id": operator_id, "status": "VALID"})

    shown = seller.session.get(address, params={"retailer": "shop-a"}).json()["operators"]
    assert [one["status"] for one in shown if one["id"] == operator_id] == ["VALID"]
    told = seller.session.get(seller.url, headers={"Accept": "text/html"}).text
    assert "Economic operator Agent: VALID" in told


def test_a_status_that_bol_does_not_have_is_refused(bol: Sandbox, seller: Seller) -> None:
    answer = seller.session.post(f"{seller.url}{CONTROL}", json={"retailer": "shop-a", "status": "FINE"})

    assert answer.status_code == 400


def test_operators_outlive_a_restart(tmp_path: Path) -> None:
    first = Sandbox(state_file=tmp_path / "state.json")
    operator_id = first.set_economic_operator("shop-a", name="Agent", status="VALID")
    first.delete_economic_operator(first.economic_operators("shop-a")[0]["id"])
    first.save()

    again = Sandbox(state_file=tmp_path / "state.json")

    assert again.economic_operators("shop-a") == first.economic_operators("shop-a")
    assert operator_id in [one["id"] for one in again.economic_operators("shop-a")]
