"""Exports as ten systems and five shops of no known system write them: columns, values of two products, what is right.

A line is ``column | first value | second value | role, disposition``; where the last is left out, the column is gone
from the products (its attribute stands under its own name, listed below it without values). Headers are those that the
systems document; the values are invented.
"""

from __future__ import annotations

EXPORTS: dict[str, str] = {}

EXPORTS["shopify"] = """
Handle | linen-shirt | oak-tray | identifier, hide
Title | Linen Shirt | Oak Tray | title, say
Body (HTML) | <p>Woven from washed linen.</p> | <p>Turned by hand from one piece of oak.</p> | text, say
Vendor | Solvik | Ostra | brand, say
Product Category | Apparel & Accessories > Clothing > Shirts | Home & Garden > Kitchen | *, use
Type | Shirts | Trays | kind, say
Tags | linen, summer, clearance | oak, kitchen | *, hide
Published | TRUE | TRUE | *, hide
Option1 Name | Color | Title
Option1 Value | Natural | Default Title
Option1 Linked To | | | *, hide
Option2 Name | Size |
Option2 Value | M |
Option2 Linked To | | | *, hide
Option3 Name | |
Option3 Value | |
Option3 Linked To | | | *, hide
Variant SKU | LS-M-NAT | OT-1 | identifier, hide
Variant Grams | 240 | 900 | *, hide
Variant Inventory Tracker | shopify | shopify | *, hide
Variant Inventory Qty | 12 | 4 | *, hide
Variant Inventory Policy | deny | deny | *, hide
Variant Fulfillment Service | manual | manual | *, hide
Variant Price | 49.00 | 38.50 | money, hide
Variant Compare At Price | 59.00 | | *, hide
Variant Requires Shipping | TRUE | TRUE | *, hide
Variant Taxable | TRUE | TRUE | *, hide
Variant Barcode | 4006381333931 | | identifier, hide
Image Src | shirt.jpg | tray.jpg | image, hide
Image Position | 1 | 1 | *, hide
Image Alt Text | A shirt on a hanger | | *, hide
Gift Card | FALSE | FALSE | *, hide
SEO Title | Linen Shirt - Solvik | | *, hide
SEO Description | Buy linen shirts | | *, hide
Google Shopping / Google Product Category | 212 | | *, hide
Google Shopping / Gender | unisex | | gender, say
Google Shopping / Age Group | adult | | audience, say
Google Shopping / MPN | LS-1 | | *, hide
Google Shopping / AdWords Grouping | shirts | | *, hide
Google Shopping / AdWords Labels | summer | | *, hide
Google Shopping / Condition | new | new | condition, say
Google Shopping / Custom Product | FALSE | FALSE | *, hide
Google Shopping / Custom Label 0 | margin_high | margin_low | *, hide
Google Shopping / Custom Label 1 | | | *, hide
Variant Image | shirt.jpg | | image, hide
Variant Weight Unit | g | g | *, hide
Variant Tax Code | | | *, hide
Cost per item | 18.20 | 11.00 | *, hide
Price / International | | | *, hide
Compare At Price / International | | | *, hide
Status | active | active | *, hide
Color | | | colour, say
Size | | | size, say
"""

EXPORTS["woocommerce"] = """
ID | 44 | 45 | *, hide
Type | simple | simple | *, hide
SKU | tee-01 | mug-01 | identifier, hide
GTIN, UPC, EAN, or ISBN | 4006381333931 | | identifier, hide
Name | V-Neck Tee | Stone Mug | title, say
Published | 1 | 1 | *, hide
Is featured? | 1 | 0 | *, hide
Visibility in catalog | visible | visible | *, hide
Short description | A tee. | A mug. | *, use
Description | A tee of combed cotton. | Thrown and glazed by hand. | text, say
Date sale price starts | | 2026-11-01 | *, hide
Date sale price ends | | 2026-12-01 | *, hide
Tax status | taxable | taxable | *, hide
Tax class | | reduced-rate | *, hide
In stock? | 1 | 1 | *, hide
Stock | 14 | 3 | *, hide
Low stock amount | 2 | 2 | *, hide
Backorders allowed? | 0 | notify | *, hide
Sold individually? | 0 | 0 | *, hide
Weight (kg) | 0.2 | 0.45 | measure, say
Length (cm) | 24 | 12 | measure, say
Width (cm) | 20 | 9 | measure, say
Height (cm) | 2 | 10 | measure, say
Allow customer reviews? | 1 | 1 | *, hide
Purchase note | | Thank you | *, hide
Sale price | | 9 | *, hide
Regular price | 20 | 12 | money, hide
Categories | Clothing > Tees | Kitchen > Mugs | kind, say
Tags | cotton | gift | *, hide
Shipping class | small | fragile | *, hide
Images | tee.jpg | mug.jpg | image, hide
Download limit | | | *, hide
Download expiry days | | | *, hide
Parent | | | *, hide
Grouped products | | | *, hide
Upsells | | tee-01 | *, hide
Cross-sells | mug-01 | | *, hide
External URL | | | *, hide
Button text | | | *, hide
Position | 0 | 1 | *, hide
Brands | Solvik | Ostra | brand, say
Attribute 1 name | Color | Material
Attribute 1 value(s) | Blue | Stoneware
Attribute 1 visible | 1 | 1
Attribute 1 global | 1 | 1 | *, hide
Attribute 2 name | Buyer group | Number of pieces
Attribute 2 value(s) | B2 | 2
Attribute 2 visible | 0 | 1
Attribute 2 global | 0 | 0 | *, hide
Meta: _wpcom_is_markdown | 1 | 1 | *, hide
Meta: _wc_cog_cost | 8.20 | 4.10 | *, hide
Meta: _yoast_wpseo_focuskw | tee | mug | *, hide
Color | | | colour, say
Material | | | material, say
Buyer group | | | *, hide
Number of pieces | | | number, say
"""

EXPORTS["magento"] = """
sku | 24-MB01 | 24-WG02 | identifier, hide
store_view_code | | | *, hide
attribute_set_code | Bag | Gear | *, use
product_type | simple | simple | *, hide
categories | Default Category/Gear/Bags | Default Category/Gear/Fitness | kind, say
product_websites | base | base | *, hide
name | Joust Bag | Didi Watch | title, say
description | <p>A bag for the gym and the day after.</p> | <p>A watch for the run.</p> | text, say
short_description | A bag | A watch | *, use
weight | 1.200000 | 0.300000 | *, use
product_online | 1 | 1 | *, hide
tax_class_name | Taxable Goods | Taxable Goods | *, hide
visibility | Catalog, Search | Catalog, Search | *, hide
price | 34.0000 | 92.0000 | money, hide
special_price | | 80 | *, hide
special_price_from_date | | 11/1/26 | *, hide
special_price_to_date | | 12/1/26 | *, hide
url_key | joust-bag | didi-watch | *, hide
meta_title | Joust Bag | Didi Watch | *, hide
meta_keywords | bag, gym | watch | *, hide
meta_description | Buy a bag | Buy a watch | *, hide
base_image | /m/b/mb01.jpg | /w/g/wg02.jpg | image, hide
base_image_label | | | *, hide
small_image | /m/b/mb01.jpg | /w/g/wg02.jpg | image, hide
small_image_label | | | *, hide
thumbnail_image | /m/b/mb01.jpg | /w/g/wg02.jpg | image, hide
thumbnail_image_label | | | *, hide
created_at | 10/5/26, 7:10 AM | 10/6/26, 7:10 AM | *, hide
updated_at | 11/1/26, 9:00 PM | 11/2/26, 9:00 PM | updated, hide
new_from_date | | | *, hide
new_to_date | | | *, hide
display_product_options_in | Block after Info Column | Block after Info Column | *, hide
map_price | | | *, hide
msrp_price | 40 | | *, hide
map_enabled | | | *, hide
gift_message_available | Use config | Use config | *, hide
custom_design | | | *, hide
custom_layout_update | | | *, hide
page_layout | | | *, hide
product_options_container | | | *, hide
msrp_display_actual_price_type | Use config | Use config | *, hide
country_of_manufacture | Portugal | | origin, say
additional_attributes | color=Black,material=Canvas,erp_no=A1 | color=Silver,strap_bags=Adjustable,erp_no=A2
qty | 100.0000 | 20.0000 | *, hide
out_of_stock_qty | 0.0000 | 0.0000 | *, hide
use_config_min_qty | 1 | 1 | *, hide
is_qty_decimal | 0 | 0 | *, hide
allow_backorders | 0 | 0 | *, hide
use_config_backorders | 1 | 1 | *, hide
min_cart_qty | 1.0000 | 1.0000 | *, hide
max_cart_qty | 0.0000 | 0.0000 | *, hide
is_in_stock | 1 | 1 | *, hide
notify_on_stock_below | | | *, hide
manage_stock | 0 | 0 | *, hide
use_config_manage_stock | 1 | 1 | *, hide
qty_increments | 0.0000 | 0.0000 | *, hide
enable_qty_increments | 0 | 0 | *, hide
is_decimal_divided | 0 | 0 | *, hide
website_id | 0 | 0 | *, hide
deferred_stock_update | 0 | 0 | *, hide
related_skus | 24-WG02 | 24-MB01 | *, hide
crosssell_skus | | | *, hide
upsell_skus | | | *, hide
additional_images | /m/b/mb01-2.jpg | | image, hide
additional_image_labels | | | *, hide
hide_from_product_page | | | *, hide
custom_options | | | *, hide
bundle_values | | | *, hide
associated_skus | | | *, hide
configurable_variations | | | *, hide
color | | | colour, say
material | | | material, say
erp_no | | | *, *
strap_bags | | | *, use
"""

EXPORTS["prestashop"] = """
Product ID | 1 | 2 | identifier, hide
Active (0/1) | 1 | 1 | *, hide
Name * | Hummingbird T-shirt | Brown Bear Cushion | title, say
Categories (x,y,z...) | Men | Home Accessories | kind, say
Price tax excluded | 23.90 | 18.90 | money, hide
Tax rules ID | 1 | 1 | *, hide
Wholesale price | 9.10 | 5.49 | *, hide
On sale (0/1) | 0 | 0 | *, hide
Discount amount | | | *, hide
Discount percent | 20 | | *, hide
Discount from (yyyy-mm-dd) | 2026-01-01 | | *, hide
Discount to (yyyy-mm-dd) | 2026-02-01 | | *, hide
Reference # | demo_1 | demo_16 | identifier, hide
Supplier reference # | S-991 | S-992 | *, hide
Supplier | Fashion Supplier | Accessories Supplier | *, hide
Manufacturer | Studio Design | Graphic Corner | brand, say
EAN13 | 4006381333931 | | identifier, hide
UPC | | | identifier, hide
MPN | | | identifier, hide
Ecotax | | | *, hide
Width | 30 | 40 | *, use
Height | 2 | 40 | *, use
Depth | 20 | 15 | *, use
Weight | 0.2 | 0.6 | *, use
Delivery time of in-stock products | 3-4 days | | *, hide
Delivery time of out-of-stock products with allowed orders | | | *, hide
Quantity | 300 | 120 | *, hide
Minimal quantity | 1 | 1 | *, hide
Low stock level | | | *, hide
Receive a low stock alert by email | 0 | 0 | *, hide
Visibility | both | both | *, hide
Additional shipping cost | 0 | 2 | *, hide
Unity | | | *, hide
Unit price | | | *, hide
Summary | A shirt | A cushion | *, use
Description | Regular fit, round neckline. | A soft cover with a bear. | text, say
Tags (x,y,z...) | shirt | cushion | *, hide
Meta title | T-shirt | | *, hide
Meta keywords | | | *, hide
Meta description | | | *, hide
URL rewritten | hummingbird-t-shirt | brown-bear-cushion | *, hide
Text when in stock | In stock | | *, hide
Text when backorder allowed | | | *, hide
Available for order (0 = No, 1 = Yes) | 1 | 1 | *, hide
Product available date | | | *, hide
Product creation date | 2026-01-01 | 2026-01-02 | *, hide
Show price (0 = No, 1 = Yes) | 1 | 1 | *, hide
Image URLs (x,y,z...) | a.jpg | b.jpg | image, hide
Image alt texts (x,y,z...) | | | *, hide
Delete existing images (0 = No, 1 = Yes) | 0 | 0 | *, hide
Feature(Name:Value:Position) | Composition:Cotton:1 | Composition:Polyester:1,Property:Removable cover:2
Available online only (0 = No, 1 = Yes) | 0 | 0 | *, hide
Condition | new | new | condition, say
Customizable (0 = No, 1 = Yes) | 0 | 0 | *, hide
Uploadable files (0 = No, 1 = Yes) | 0 | 0 | *, hide
Text fields (0 = No, 1 = Yes) | 0 | 0 | *, hide
Out of stock action | 0 | 0 | *, hide
Virtual product | 0 | 0 | *, hide
File URL | | | *, hide
Number of allowed downloads | | | *, hide
Expiration date | | | *, hide
Number of days | | | *, hide
ID / Name of shop | 0 | 0 | *, hide
Advanced stock management | 0 | 0 | *, hide
Depends On Stock | 0 | 0 | *, hide
Warehouse | 0 | 0 | *, hide
Composition | | | material, say
Property | | | *, say
"""

EXPORTS["akeneo"] = """
uuid | 4168a79a-65b7-418f-b713-ac25b0291131 | 987f9844-e0c9-4f89-80e0-bdedd597f888 | *, hide
sku | 1111111171 | 1111111304 | identifier, hide
categories | master_accessories_bags | master_women_blazers | kind, say
enabled | 1 | 1 | *, hide
family | accessories | clothing | *, use
parent | | | *, hide
groups | | | *, hide
brand | abc | def | brand, say
collection | summer_2026 | winter_2026 | *, *
color | red | black | colour, say
description-en_US-ecommerce | A bag of grained leather. | A blazer for the office.
description-de_DE-ecommerce | Eine Tasche. | Ein Blazer.
ean | 1234567890207 | 1234567890340 | identifier, hide
image | files/1/bag.jpg | files/2/blazer.jpg | image, hide
material | leather | wool | material, say
meta_title-en_US | Bag | Blazer
meta_title-de_DE | Tasche | Blazer
name-en_US | Bag | Blazer
name-de_DE | Tasche | Jackett
price-EUR | 19.90 | 99.00
price-USD | 22.00 | 109.00
supplier | zaro | mongo | *, hide
erp_name-en_US | BAG RED 01 | BLZ BLK 02
weight | 500.0000 | 800.0000 | measure, say
weight-unit | GRAM | GRAM
wash_temperature | | 30 | *, *
care_instructions | | Dry clean only | care, say
price (currency) | | | currency, hide
name | | | title, say
description | | | text, say
meta_title | | | *, hide
price | | | money, hide
erp_name | | | *, *
"""

EXPORTS["wix"] = """
handleId | product_1 | product_2 | identifier, hide
fieldType | Product | Product | *, hide
name | Canvas Tote | Soy Candle | title, say
description | <p>A tote for the market.</p> | <p>Poured in small batches.</p> | text, say
productImageUrl | tote.png | candle.png | image, hide
collection | Bags | Candles | kind, say
sku | TOTE1 | CAN1 | identifier, hide
ribbon | Bestseller | | *, hide
price | 20 | 16 | money, hide
surcharge | | | *, hide
visible | true | true | *, hide
discountMode | PERCENT | PERCENT | *, hide
discountValue | 0.0 | 10.0 | *, hide
inventory | InStock | 12 | *, hide
weight | 0.3 | 0.5 | *, use
cost | 7.10 | 4.80 | *, hide
productOptionName1 | Color | Scent
productOptionType1 | COLOR | DROP_DOWN | *, hide
productOptionDescription1 | Ecru | Fig
productOptionName2 | |
productOptionType2 | | | *, hide
productOptionDescription2 | |
additionalInfoTitle1 | Care | Burn time
additionalInfoDescription1 | Wash at 30 degrees | 40 hours
customTextField1 | | | *, hide
customTextCharLimit1 | | | *, hide
customTextMandatory1 | | | *, hide
brand | Solvik | Ostra | brand, say
Color | | | colour, say
Scent | | | *, say
Care | | | care, say
Burn time | | | measure, say
"""

EXPORTS["merchant"] = """
id | GM1 | GM2 | identifier, hide
title | Cotton T-Shirt | Stone Mug | title, say
description | A shirt for warm days. | A mug for slow mornings. | text, say
link | https://shop.example/p/1 | https://shop.example/p/2 | address, hide
mobile_link | https://m.shop.example/p/1 | https://m.shop.example/p/2 | address, hide
image_link | gm1.jpg | gm2.jpg | image, hide
additional_image_link | gm1b.jpg | | image, hide
availability | out of stock | in stock | *, hide
availability_date | 2026-12-01T08:00-0800 | | *, hide
cost_of_goods_sold | 8.00 EUR | 4.00 EUR | *, hide
expiration_date | 2026-12-31 | | *, hide
price | 19.99 EUR | 12.50 EUR | money, hide
sale_price | 15.99 EUR | | *, hide
sale_price_effective_date | | | *, hide
unit_pricing_measure | | 300ml | *, hide
unit_pricing_base_measure | | 100ml | *, hide
installment | | | *, hide
google_product_category | 212 | 2169 | *, hide
product_type | Clothing > Shirts | Kitchen > Mugs | kind, say
brand | Solvik | Ostra | brand, say
gtin | 4006381333931 | | identifier, hide
mpn | SK-1 | OS-2 | identifier, hide
identifier_exists | no | no | *, hide
condition | new | used | condition, say
adult | no | no | *, hide
multipack | | 2 | number, say
is_bundle | no | no | *, hide
energy_efficiency_class | | | certificate, say
min_energy_efficiency_class | | | *, hide
age_group | adult | adult | audience, say
color | Blue | Grey | colour, say
gender | male | unisex | gender, say
material | Cotton | Stoneware | material, say
pattern | Plain | | *, say
size | M | | size, say
size_type | regular | | *, use
size_system | EU | | *, use
item_group_id | G1 | | *, hide
product_detail | General:Sleeve length:Short | General:Capacity:300 ml
product_highlight | Washed twice | | *, use
ads_redirect | https://ads.example/1 | | *, hide
custom_label_0 | margin_high | bestseller_test | *, hide
custom_label_1 | clear out in week 44 | supplier B | *, hide
custom_label_4 | | | *, hide
promotion_id | NOV | | *, hide
excluded_destination | Shopping_ads | | *, hide
included_destination | | | *, hide
pause | | | *, hide
shipping | DE:::4.90 EUR | DE:::4.90 EUR | *, hide
shipping_label | bulky | | *, hide
shipping_weight | 0.3 kg | 0.4 kg | *, hide
shipping_length | 20 cm | | *, hide
ships_from_country | DE | DE | *, hide
transit_time_label | fast | | *, hide
max_handling_time | 3 | | *, hide
min_handling_time | 1 | | *, hide
tax | US:CA:8.25:y | | *, hide
tax_category | apparel | | *, hide
Sleeve length | | | *, say
Capacity | | | measure, say
"""

EXPORTS["openfoodfacts"] = """
code | 3017620422003 | 7622210449283 | identifier, hide
url | http://world.openfoodfacts.org/product/3017620422003 | http://world.openfoodfacts.org/p/7 | address, hide
creator | kiliweb | openfoodfacts-contributors | *, hide
created_t | 1406030761 | 1406030762 | *, hide
created_datetime | 2014-07-22T12:06:01Z | 2014-07-22T12:06:02Z | *, hide
last_modified_t | 1605876411 | 1605876412 | *, hide
last_modified_datetime | 2020-11-20T12:46:51Z | 2020-11-20T12:46:52Z | *, hide
last_modified_by | someone | someone-else | *, hide
product_name | Hazelnut spread | Chocolate biscuits | title, say
abbreviated_product_name | Spread | Biscuits | *, use
generic_name | Spread with hazelnuts and cocoa | Filled biscuits | kind, say
quantity | 400 g | 300 g | measure, say
packaging | Glass jar | Box | *, use
packaging_tags | en:glass | en:box | *, hide
brands | Ferrini | Lutti | brand, say
brands_tags | ferrini | lutti | *, hide
categories | Spreads, Sweet spreads | Snacks, Biscuits | *, use
categories_tags | en:spreads | en:snacks | *, hide
categories_en | Spreads,Sweet spreads | Snacks,Biscuits | *, use
origins | Italy | | origin, say
origins_tags | en:italy | | *, hide
manufacturing_places | Villers | | *, use
labels | Gluten-free | Organic | certificate, say
labels_tags | en:gluten-free | en:organic | *, hide
labels_en | Gluten-free | Organic | *, use
emb_codes | EMB 76221 | | *, hide
first_packaging_code_geo | 49.4,1.0 | | *, hide
cities_tags | villers | | *, hide
purchase_places | Paris | | *, hide
stores | Carrefour | Lidl | *, hide
countries | France | France | *, hide
countries_en | France | France | *, hide
ingredients_text | Sugar, palm oil, hazelnuts 13% | Wheat flour, sugar, cocoa | *, say
allergens | en:milk,en:nuts | en:gluten | warning, say
traces | | en:nuts | warning, say
traces_tags | | en:nuts | *, hide
serving_size | 15 g | 25 g | measure, say
serving_quantity | 15 | 25 | *, hide
additives_n | 1 | 3 | *, hide
additives_en | E322 | E503 | *, use
nutriscore_score | 26 | 18 | *, hide
nutriscore_grade | e | d | *, use
nova_group | 4 | 4 | *, use
pnns_groups_1 | Sugary snacks | Sugary snacks | *, use
states | en:to-be-completed | en:complete | *, hide
states_tags | en:to-be-completed | en:complete | *, hide
completeness | 0.87 | 0.9 | *, hide
unique_scans_n | 1200 | 300 | *, hide
popularity_tags | top-10-scans-2020 | top-100-scans-2020 | *, hide
main_category_en | Sweet spreads | Biscuits | kind, say
image_url | https://images.example/1.jpg | https://images.example/2.jpg | image, hide
image_small_url | https://images.example/1s.jpg | https://images.example/2s.jpg | *, hide
energy-kcal_100g | 539 | 480 | *, use
fat_100g | 30.9 | 20 | *, use
sugars_100g | 56.3 | 33 | *, use
salt_100g | 0.107 | 0.5 | *, use
"""

EXPORTS["ebay"] = """
*Action(SiteID=US|Country=JP|Currency=USD|Version=745|CC=UTF-8) | Add | Add | *, hide
CustomLabel | G-001 | G-002 | identifier, hide
*Category | 15687 | 11554 | *, hide
*Title | Cotton Tee Wave Print | Leather Loafers | title, say
*Description | <p>A tee with a print of a wave.</p> | <p>Loafers, worn twice.</p> | text, say
*ConditionID | 1000 | 3000 | *, hide
*Format | FixedPrice | FixedPrice | *, hide
*Duration | GTC | GTC | *, hide
*Location | Osaka | Osaka | *, hide
*StartPrice | 24.00 | 80.00 | money, hide
*Quantity | 3 | 1 | *, hide
PicURL | https://i.example/1.jpg | https://i.example/2.jpg | image, hide
Relationship | | | *, hide
RelationshipDetails | | | *, hide
BestOfferEnabled | 1 | 0 | *, hide
ShippingProfileName | Free shipping | Free shipping | *, hide
ReturnProfileName | Return 30 days | Return 30 days | *, hide
PaymentProfileName | Immediate | Immediate | *, hide
ScheduleTime | 2026-11-05 09:00:00 | | *, hide
StoreCategoryID | 1 | 2 | *, hide
P:UPC | Does not apply | Does not apply | *, hide
C:Brand | Graniph | Ostra | brand, say
C:Type | T-Shirt | Loafer | kind, say
C:Size | L | 42 | size, say
C:Color | White | Brown | colour, say
C:Department | Men | Men | audience, say
C:Material | Cotton | Leather | material, say
C:Pattern | Graphic | Solid | *, say
C:Upper Material | | Leather | material, say
C:MPN | Does not apply | Does not apply | *, hide
C:Country/Region of Manufacture | Japan | Italy | origin, say
C:Garment Care | Machine washable | | care, say
"""

EXPORTS["german shop"] = """
Artikelnummer | 10001 | 10002 | identifier, hide
Bezeichnung | Akku-Bohrschrauber 18V | Leinenhemd | title, say
Warengruppe | Bohrschrauber | Hemden | kind, say
Hersteller | Borwerk | Leinenhaus | brand, say
Beschreibung | Kräftiger Schrauber für Holz und Metall. | Leichtes Hemd für warme Tage. | text, say
Farbe | Grün | Weiß | colour, say
Material | Kunststoff | Leinen | material, say
Größe | | XL | size, say
Gewicht (kg) | 1,6 | 0,3 | measure, say
Länge_cm | 22 | 75 | measure, say
Drehmoment | 60 Nm | | measure, say
Lieferumfang | Koffer, Ladegerät | | *, say
EK netto | 41,20 | 9,80 | *, hide
UVP | 99,00 | 49,00 | *, hide
Preis | 89,00 | 39,00 | money, hide
Lagerbestand | 14 | 3 | *, hide
Lieferant | Großhandel Nord | Leinenhaus | *, hide
Lagerplatz | A-03-2 | B-01-1 | *, hide
Lieferzeit | 3 Tage | 2 Tage | *, hide
MwSt | 19 | 19 | *, hide
EAN | 4006381333931 | 4006381333948 | identifier, hide
Bild | b1.jpg | b2.jpg | image, hide
erstellt am | 01.02.2026 | 13.02.2026 | *, hide
geändert am | 01.11.2026 | 14.11.2026 | updated, hide
Suchbegriffe | Schrauber, Bohrer | Hemd, Leinen | *, hide
Warnhinweis | Nicht für Kinder unter 14 Jahren. | | warning, say
Matrixgruppe 7 | M7 | M8 | *, use
Interne Bemerkung | Auslauf | | *, hide
Bewertung | 4,5 | 4,1 | *, hide
"""

EXPORTS["french shop"] = """
Référence | P-1 | P-2 | identifier, hide
Désignation | Bougie parfumée | Théière en fonte | title, say
Catégorie | Bougies | Théières | kind, say
Marque | Lumière | Ostra | brand, say
Description longue | Une bougie coulée à la main. | Une théière qui garde la chaleur. | text, say
Couleur | Blanc | Noir | colour, say
Matière | Cire de soja | Fonte | material, say
Contenance | 200 ml | 1,2 L | measure, say
Pays d'origine | France | Japon | origin, say
Prix TTC | 24,90 | 59,00 | money, hide
Prix d'achat HT | 8,10 | 21,00 | *, hide
Fournisseur | Cirier du Nord | Import SA | *, hide
Stock | 12 | 0 | *, hide
Délai de livraison | 48h | 72h | *, hide
Date de création | 12/01/2026 | 25/01/2026 | *, hide
Mots clés | bougie | théière | *, hide
Image | 1.jpg | 2.jpg | image, hide
Poids du colis | 0,4 kg | 2,1 kg | *, hide
Précautions d'emploi | Ne pas laisser sans surveillance. | | warning, say
TVA | 20 | 20 | *, hide
Nombre d'avis | 120 | 3 | *, hide
"""

EXPORTS["chinese shop"] = """
货号 | A1001 | A1002 | identifier, hide
商品名称 | 纯棉四件套 | 不锈钢保温杯 | title, say
类目 | 床上用品 | 水杯 | kind, say
品牌 | 素棉 | 暖山 | brand, say
颜色分类 | 浅灰 | 白色 | colour, say
主要材质 | 棉 | 不锈钢 | material, say
尺码 | 1.8米床 | | size, say
净重(克) | 2100 | 320 | measure, say
容量 | | 500ml | measure, say
执行标准 | GB/T 22843-2009 | GB/T 29606-2013 | certificate, say
产地 | 江苏 | 浙江 | origin, say
注意事项 | 远离火源 | 儿童请在成人看护下使用 | warning, say
价格 | 299.00 | 89.00 | money, hide
成本价 | 120 | 31 | *, hide
库存 | 35 | 210 | *, hide
供应商 | 南通纺织 | 永康五金 | *, hide
销量 | 1200 | 8800 | *, hide
好评率 | 98% | 99% | *, hide
创建时间 | 2026-01-01 10:00:00 | 2026-01-02 11:00:00 | *, hide
更新时间 | 2026-11-01 10:00:00 | 2026-11-01 10:00:00 | updated, hide
主图 | a.jpg | b.jpg | image, hide
运费模板 | 江浙沪包邮 | 全国包邮 | *, hide
标签 | 爆款 | 新品 | *, hide
条形码 | 6901234567892 | 6901234567908 | identifier, hide
备注 | 换厂 | | *, hide
适用人群 | 成人 | 儿童 | audience, say
包装重量 | 2.5kg | 0.4kg | *, hide
"""

EXPORTS["board games"] = """
game_id | 1 | 2 | identifier, hide
name | Harbour of Salt | The Long Winter | title, say
categories | Strategy | Family | kind, say
min_players | 2 | 1 | number, say
max_players | 4 | 5 | number, say
play_time_minutes | 120 | 45 | measure, say
min_age | 12 | 8 | audience, say
year_published | 2019 | 2021 | *, say
designer_name | A. Holm | B. Ruiz | *, use
users_rated | 30123 | 221 | *, hide
average_rating | 7.71 | 6.90 | *, hide
bayes_average | 7.4 | 6.1 | *, hide
bgg_rank | 120 | 3001 | *, hide
complexity_average | 2.9 | 1.8 | *, hide
owned_users | 51000 | 410 | *, hide
language | English | English | *, say
blade_length_cm | | 12 | measure, say
mystery_index | 4 | 7 | *, use
warehouse_zone | A | B | *, hide
release_date | 2019-10-01 | 2021-03-02 | date, say
wholesale_eur | 21.10 | 18.40 | *, hide
"""

EXPORTS["japanese shop"] = """
商品コード | J-1 | J-2 | identifier, hide
商品名 | 竹のお箸 | 琺瑯マグ | title, say
カテゴリ | 箸 | マグカップ | kind, say
ブランド | 山月 | 白磁堂 | brand, say
カラー | ナチュラル | 白 | colour, say
素材 | 竹 | 琺瑯 | material, say
サイズ | 23cm | 直径8cm | size, say
原産国 | 日本 | 日本 | origin, say
販売価格 | 980 | 1800 | money, hide
仕入価格 | 300 | 640 | *, hide
在庫数 | 30 | 8 | *, hide
JANコード | 4901234567894 | 4901234567900 | identifier, hide
登録日時 | 2026/01/01 10:00 | 2026/01/02 10:00 | *, hide
商品画像 | 1.jpg | 2.jpg | image, hide
送料区分 | A | B | *, hide
使用上の注意 | 電子レンジ不可 | | warning, say
"""

EXPORTS["russian shop"] = """
Артикул | R-1 | R-2 | identifier, hide
Наименование | Льняная скатерть | Чайник заварочный | title, say
Категория | Скатерти | Чайники | kind, say
Бренд | Лён и Ко | Остра | brand, say
Цвет | Белый | Чёрный | colour, say
Материал | Лён | Чугун | material, say
Объем | | 0,8 л | measure, say
Вес (г) | 450 | 1800 | measure, say
Страна производства | Россия | Япония | origin, say
Цена | 2490 | 3900 | money, hide
Закупочная цена | 1100 | 1700 | *, hide
Остаток на складе | 12 | 5 | *, hide
Поставщик | ООО Текстиль | ИП Иванов | *, hide
Штрихкод | 4601234567893 | 4601234567909 | identifier, hide
Рейтинг | 4.8 | 4.5 | *, hide
Дата создания | 01.02.2026 | 15.02.2026 | *, hide
Фото | 1.jpg | 2.jpg | image, hide
НДС | 20 | 20 | *, hide
"""
