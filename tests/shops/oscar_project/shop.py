"""Creates the shop's catalogue from JSON on stdin through Oscar's own models, then serves it: prints its address.

Runs in the shop's environment: ``python -m oscar_project.shop``, with SHOP_HOME and DJANGO_SETTINGS_MODULE set.
"""

import json
import sys
from decimal import Decimal

import django
from django.core.management import call_command

HOST = "127.0.0.1"


def fill(catalogue):
    """Categories (nested, by path), and products with their stock records. Prints nothing."""
    from oscar.apps.catalogue.categories import create_from_breadcrumbs
    from oscar.core.loading import get_model

    Product, ProductClass = get_model("catalogue", "Product"), get_model("catalogue", "ProductClass")  # noqa: N806
    Partner, StockRecord = get_model("partner", "Partner"), get_model("partner", "StockRecord")  # noqa: N806
    goods = ProductClass.objects.create(name="Goods", track_stock=True, requires_shipping=True)
    partner = Partner.objects.create(name="Warehouse")
    ids = {}
    for row in catalogue:
        product = Product.objects.create(product_class=goods, title=row["title"], upc=row["upc"])
        product.categories.add(create_from_breadcrumbs(row["category"]))
        if row["price"] is not None:
            StockRecord.objects.create(
                product=product,
                partner=partner,
                partner_sku=row["upc"],
                price_currency="GBP",
                price=Decimal(row["price"]),
                num_in_stock=row["stock"],
            )
        ids[row["upc"]] = product.pk
    return ids


def main():
    """Fill, index, serve until killed."""
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0, interactive=False)
    ids = fill(json.load(sys.stdin))
    call_command("rebuild_index", verbosity=0, interactive=False)

    from django.core.wsgi import get_wsgi_application
    from oscar.core.loading import get_model
    from waitress import create_server

    server = create_server(get_wsgi_application(), host=HOST, port=0, threads=4)
    categories = {one.full_name: one.get_absolute_url() for one in get_model("catalogue", "Category").objects.all()}
    address = f"http://{HOST}:{server.effective_port}"
    print(json.dumps({"address": address, "categories": categories, "ids": ids}), flush=True)
    server.run()


if __name__ == "__main__":
    main()
