"""The people on orders and shipments: personal data, so no repr shows it (Retailer API v10, Orders)."""

from __future__ import annotations

import msgspec

from connections.bol.answers import Answer


class Address(Answer):
    """A name and an address. bol leaves out what is empty, and may blank or leave out anything later."""

    salutation: str | None = None
    first_name: str | None = None
    surname: str | None = None
    street_name: str | None = None
    house_number: str | None = None
    house_number_extension: str | None = None
    extra_address_information: str | None = None
    zip_code: str | None = None
    city: str | None = None
    country_code: str | None = None
    email: str | None = None
    company: str | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"

    def given(self) -> dict[str, str]:
        """Return what bol gave, under bol's own keys."""
        fields = msgspec.structs.fields(self)
        return {field.encode_name: value for field in fields if (value := getattr(self, field.name))}


class ShipmentDetails(Address):
    """Where the parcel goes; the e-mail is bol's relay address, the phone number is there for appointments only."""

    pickup_point_name: str | None = None
    delivery_phone_number: str | None = None
    language: str | None = None


class CustomerDetails(Address):
    """Who sends something back (Retailer API v10, Returns)."""

    delivery_phone_number: str | None = None
    vat_number: str | None = None


class BillingDetails(Address):
    """Who gets the invoice; a company, VAT or chamber of commerce number marks a business."""

    vat_number: str | None = None
    kvk_number: str | None = None
    order_reference: str | None = None
