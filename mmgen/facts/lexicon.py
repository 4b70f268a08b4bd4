"""What attribute names and values mean, in English and Chinese: the one place that knows a shop's words.

Attribute names of any shop map to a slot (``baseColour``, ``color``, ``颜色`` -> ``colour``); values map to one reading
form a language, so that ``Black`` in a Chinese record is said as 黑色.
"""

from __future__ import annotations

import re

from mmgen.facts.words import canon, word_set

# fmt: off
SLOT_NAMES = {
    "brand": "brand brand_name maker make label 品牌 牌子 品牌名称",
    "colour": "colour color colours colors colorway colourway shade hue 颜色 色彩 颜色分类 色号 主色",
    "gender": "gender sex target_gender target_group audience 性别 人群 适用性别 适用人群 适用对象",
    "season": "season seasons 季节 季",
    "year": "year model_year release_year season_year 年份 上市年份 年 出版年份",
    "usage": "usage use occasion occasions purpose activity application scene 用途 场合 场景 使用场景 "
             "适用场景 适用场合",
    "material": "material materials fabric fabrics composition 材质 材料 面料 质地 主要材质 主材",
    "pattern": "pattern print design_pattern 图案 花型 花纹",
    "size": "size sizes 尺寸 尺码 码数 大小 规格尺寸",
    "dimensions": "dimensions dimension measurements 外形尺寸 产品尺寸",
    "fit": "fit cut 版型",
    "style": "style 风格 款式 样式",
    "department": "department section dept 部门",
    "family": "family range product_family product_group coarse_class class group 系列 类别",
    "weight": "weight net_weight 重量 净重 净含量 毛重",
    "volume": "volume capacity 容积 体积 容量",
    "flavour": "flavour flavor taste 口味 味道 香味",
    "origin": "origin country country_of_origin made_in 产地 原产地 生产地 原产国",
    "author": "author authors writer 作者 著者",
    "publisher": "publisher press 出版社 出版商",
    "quantity": "quantity pack pack_size count units_per_pack 数量 件数 包装数量 包装规格",
    "model": "model model_number model_name 型号",
    "article": "article article_type product_type item_type type kind 类型 品类 商品类型 产品类型 种类",
}
SLOT_OF = {name: slot for slot, names in SLOT_NAMES.items() for name in names.split()}
NAME_PREFIXES = ("base", "main", "primary", "product", "item", "target", "attr", "适用", "商品", "产品", "主要", "主")
# Bookkeeping of a shop: never said to a customer. Matched against each word of the humanised name.
INTERNAL = word_set("""id ids sku spu barcode ean upc gtin asin isbn mpn hash md5 sha sha1 sha256 uuid url link
href image images photo photos picture thumbnail file filename path slug status stock inventory supplier vendor
warehouse created updated modified timestamp date rating ratings review reviews sales sold views clicks rank
score cost margin discount price currency tax vat visible active deleted published enabled snr index key code
password token email description title
""")
INTERNAL_FIRST = word_set("price cost stock inventory sku supplier vendor warehouse internal seller shop")
INTERNAL_ZH = ("编号", "货号", "条码", "条形码", "库存", "销量", "链接", "图片", "上架", "成本", "价格", "折扣",
               "供应商", "仓库",               "评分",               "评价", "状态", "电话", "邮箱", "联系")
JUNK = word_set("""na n/a n.a. n.a null none nil nan undefined unknown unspecified tbd tba other others misc
default any not_applicable not_available no_value - -- --- . ? ?? / * x xx xxx n\\a 无 暂无 未知 其他 其它 不详
没有 缺 空 无数据 待定 请选择 默认
""")
YES = frozenset({"true", "yes", "y", "是", "有", "支持"})
NO = frozenset({"false", "no", "n", "否", "不支持"})

def _pairs(text: str) -> dict[str, str]:
    """``navy_blue=藏青色 ...`` as a mapping, underscores read as spaces."""
    return {name.replace("_", " "): word for name, word in (pair.split("=") for pair in text.split())}


# English -> Chinese. The English side is the reading form; families tell which colours go together.
COLOURS = _pairs("""black=黑色 white=白色 blue=蓝色 red=红色 green=绿色 grey=灰色 brown=棕色 purple=紫色
pink=粉色 yellow=黄色 orange=橙色 beige=米色 maroon=栗色 olive=橄榄色 silver=银色 steel=钢色 cream=奶油色
gold=金色 tan=棕褐色 multicoloured=多色 charcoal=炭灰色 khaki=卡其色 magenta=洋红色 navy_blue=藏青色 navy=藏青色
off_white=米白色 copper=铜色 lavender=薰衣草紫 peach=桃色 teal=青色 mustard=芥末黄 coffee_brown=咖啡色
coffee=咖啡色 rust=锈红色 turquoise_blue=绿松石色 turquoise=绿松石色 grey_melange=麻灰色 burgundy=酒红色
bronze=古铜色 taupe=灰褐色 sea_green=海绿色 fluorescent_green=荧光绿 metallic=金属色 mauve=淡紫色 nude=裸色
skin=肤色 rose=玫瑰色 rose_gold=玫瑰金 violet=紫罗兰色 indigo=靛蓝色 crimson=深红色 scarlet=猩红色 ivory=象牙白
champagne=香槟色 coral=珊瑚色 salmon=鲑鱼色 aqua=水蓝色 cyan=青蓝色 lime=青柠色 mint=薄荷绿 emerald=祖母绿
sky_blue=天蓝色 light_blue=浅蓝色 dark_blue=深蓝色 light_grey=浅灰色 dark_grey=深灰色 dark_green=深绿色
light_green=浅绿色 dark_brown=深棕色 light_brown=浅棕色 light_pink=浅粉色 royal_blue=宝蓝色 wine_red=酒红色
dark_red=深红色 transparent=透明色 natural=原色 walnut=胡桃色 oak=橡木色
""")
COLOUR_FAMILIES = (
    "blue navy indigo aqua turquoise teal cyan", "red maroon burgundy crimson scarlet rust wine magenta coral",
    "purple lavender violet mauve magenta", "green olive mint emerald lime teal turquoise khaki sea",
    "brown tan coffee khaki beige taupe walnut oak copper bronze rust camel", "white ivory cream off beige",
    "grey charcoal silver steel metallic taupe", "yellow mustard gold lime",
    "pink peach rose salmon coral magenta nude",
    "gold bronze copper metallic", "black charcoal", "orange peach coral rust",
    "beige cream nude skin tan khaki natural",
)
# In a title these are names, materials or foods as often as colours.
AMBIGUOUS_COLOURS = word_set("""steel copper gold silver bronze rust coffee peach lime mint cream oak walnut
rose coral natural olive tan salmon mustard champagne skin nude multicoloured ivory metallic transparent navy emerald
""")
COLOUR_OF = dict.fromkeys(("multi", "multicolor", "multicolour", "multicolored", "multi-coloured"), "multicoloured")
# Before a colour, part of it: ``bright green``.
SHADES = word_set("bright light dark deep pale neon pastel")
GENDERS = {
    "men": "men man male males mens men's gents gentlemen m 男 男士 男性 男子 男款 男装 男式",
    "women": "women woman female females womens women's ladies lady 女 女士 女性 女子 女款 女装 女式",
    "boys": "boys boy boy's boys' 男童 男孩",
    "girls": "girls girl girl's girls' 女童 女孩",
    "women and men": "unisex all everyone both neutral 男女 男女通用 男女皆宜 中性 通用 情侣",
    "children": "children child kids kid kid's kids' children's 儿童 小孩 童款 孩子",
    "babies": "babies baby infants infant toddlers 婴儿 宝宝 婴幼儿",
    "adults": "adults adult 成人 成年人",
    "older people": "seniors elderly 老人 老年人 中老年",
}
GENDER_OF = {form: value for value, forms in GENDERS.items() for form in forms.split()}
GENDERS_ZH = {"men": "男士", "women": "女士", "boys": "男童", "girls": "女童", "women and men": "男女",
              "children": "儿童",               "babies": "婴幼儿", "adults": "成人", "older people": "中老年人"}
# Whoever a unisex product of these is for, it isn't women and men.
CHILDREN = re.compile(
    r"\b(?:kids?|child(?:ren)?|bab(?:y|ies)|toddlers?|infants?|juniors?|boys?|girls?)\b|[儿男女]童|婴|宝宝", re.I)
# Words of a title that name whom it is for; 'all' or 'm' in a title mean something else.
TITLE_GENDERS = word_set("""men man mens men's women woman womens women's ladies gents boys boy boy's girls girl
girl's unisex kids kid kid's kids' children children's
""")
# Clear even where no attribute says it: ``Pink Lady`` and ``Girl with a Pearl Earring`` are names.
CLEAR_GENDERS = word_set("men mens men's women womens women's ladies boys girls unisex kids children")
# Words that stand before the noun in a title and can stay there.
MODIFIERS = tuple(m.replace("_", " ") for m in sorted(word_set("""
polo washed digital analogue knitted quilted hooded
sleeveless reversible wireless rechargeable portable polarised polarized waterproof foldable cordless electric analog
full_sleeve half_sleeve long_sleeve
short_sleeve round_neck v-neck crew_neck low-rise high-rise mid-rise three-fourth low_rise aviator wayfarer round cargo
chronograph narrow_striped henley capri track lightweight ribbed pleated padded slip-on lace-up organic unsweetened
sugar-free gluten-free lactose-free frozen dried smoked canned roasted salted unsalted""")))
# What a thing is like. Alone they name nothing: a ``Thin White T-shirt`` isn't ``the Thin``, 加厚款 is no product.
QUALITIES = word_set("""thin thick slim skinny wide narrow long short large small big little tiny mini midi maxi medium
tall heavy soft warm cosy cozy smooth new classic plain simple basic modern vintage retro stylish elegant regular loose
relaxed straight fitted baggy cropped comfortable comfy durable sturdy
""")
INTENSIFIERS = word_set("super ultra extra very")
QUALITIES_ZH = word_set("""加厚 加大 加长 加宽 加高 加绒 超薄 超大 超轻 特大 轻薄 轻便 轻量 纤薄 厚实
大号 中号 小号 特大号 大码 小码 均码 大型 小型 中型 迷你 小巧 便携 宽松 修身 紧身 直筒 高腰 低腰 薄款 厚款
长款 短款 新款 经典 基础 简约 简易 时尚 复古 休闲 舒适 柔软 透气 保暖 防水 耐用 耐磨 大容量 小容量
""")
NOT_THINGS = word_set("""electronics accessories groceries essentials supplies cosmetics sports basics goods
products appliances gadgets services deals offers collections brands women men kids boys girls ladies arrivals
sales specials packages vegetables fruits toiletries crafts hobbies games media arts outdoors news collectibles
antiques
""")
SEASONS = {"spring": "春季", "summer": "夏季", "fall": "秋季", "autumn": "秋季", "winter": "冬季",
           "all seasons": "四季"}
SEASON_OF = ({"all season": "all seasons", "all-season": "all seasons", "all year": "all seasons",
              "四季通用": "all seasons", "全年": "all seasons", "春": "spring", "夏": "summer",
              "秋": "fall", "冬": "winter",
              "春天": "spring", "夏天": "summer", "秋天": "fall", "冬天": "winter"}
             | {en: en for en in SEASONS} | {zh: en for en, zh in reversed(SEASONS.items())})
MATERIALS = _pairs("""leather=皮革 cotton=棉 linen=亚麻 silk=真丝 wool=羊毛 polyester=聚酯纤维 nylon=尼龙
denim=牛仔布 canvas=帆布 suede=麂皮 velvet=天鹅绒 satin=缎面 cashmere=羊绒 fleece=抓绒 mesh=网面 rubber=橡胶
plastic=塑料 metal=金属 stainless_steel=不锈钢 aluminium=铝合金 wood=木 solid_wood=实木 oak=橡木 pine=松木
walnut=胡桃木 bamboo=竹 glass=玻璃 ceramic=陶瓷 porcelain=瓷 silicone=硅胶 marble=大理石 acrylic=亚克力
viscose=粘胶 rayon=人造丝 spandex=氨纶 elastane=弹性纤维 jute=黄麻 rattan=藤 titanium=钛 iron=铁 brass=黄铜
faux_leather=人造革 faux_fur=人造毛 pu_leather=PU皮 synthetic_leather=合成革 lace=蕾丝 chiffon=雪纺 tweed=粗花呢
corduroy=灯芯绒 down=羽绒 foam=海绵 latex=乳胶 cardboard=硬纸板 gold=黄金 silver=银 pure_cotton=纯棉
modal=莫代尔 ice_silk=冰丝 flannel=法兰绒 memory_foam=记忆棉
""")
AMBIGUOUS_MATERIALS = word_set("""oak pine walnut glass down foam iron brass gold silver lace marble rubber
metal steel wood plastic linen mesh
""")
PATTERNS = {
    "solid": "solid", "plain": "plain 纯色", "printed": "print prints printed 印花",
    "striped": "stripe stripes striped 条纹",
    "checked": "check checks checked checkered chequered plaid 格子 格纹", "floral": "floral 碎花 花卉",
    "polka dot": "polka_dot polka_dots polka 波点", "graphic": "graphic", "embroidered": "embroidered 刺绣",
    "block printed": "block_print block_prints block_printed",
    "camouflage": "camouflage camo 迷彩", "geometric": "geometric 几何", "textured": "textured 肌理",
    "cartoon": "cartoon 卡通",
}
PATTERN_OF = {form.replace("_", " "): value for value, forms in PATTERNS.items() for form in forms.split()}
PATTERNS_ZH = {value: forms.split()[-1] for value, forms in PATTERNS.items() if not forms.split()[-1].isascii()}
PATTERNS_ZH["solid"] = PATTERNS_ZH["plain"]
USAGES = _pairs("""casual=日常休闲 formal=正式场合 sports=运动 ethnic=民族风 smart_casual=商务休闲 travel=旅行
party=聚会 home=家用 office=办公 outdoor=户外 indoor=室内 running=跑步 gaming=游戏 school=校园 work=工作
gym=健身 hiking=徒步 camping=露营 wedding=婚礼 everyday=日常 daily=日常 business=商务 commuting=通勤 sport=运动
beach=海滩 cycling=骑行 reading=阅读 kitchen=厨房 bedroom=卧室 living_room=客厅 garden=花园 training=训练
leisure=休闲
""")
TITLE_USAGES = frozenset({"casual", "formal", "sports", "ethnic", "smart casual"})
FITS = ("slim fit", "regular fit", "relaxed fit", "loose fit", "comfort fit", "skinny fit", "oversized fit")
# Nouns that name a product at the end of a title, whatever its category says.
NOUNS = frozenset(canon(noun) for noun in word_set("""jersey headband wristband
shirt tshirt tee top kurta kurti sweater sweatshirt hoodie
jacket coat blazer cardigan pullover vest waistcoat dress skirt frock gown tunic saree suit tracksuit trouser
jean short pant legging jegging capri brief boxer trunk bra camisole sock stocking glove mitten scarf muffler
stole shawl tie cap hat beanie belt wallet handbag bag backpack rucksack clutch purse pouch suitcase trolley
shoe sandal slipper boot sneaker heel flat wedge loafer flop floater pump watch sunglass frame ring necklace
bracelet earring pendant bangle cufflink umbrella perfume deodorant lipstick shampoo soap lotion cream serum
phone smartphone tablet laptop notebook computer monitor keyboard mouse headphone earphone earbud speaker
charger cable adapter camera lens tripod printer router drive television tv projector console lamp chair table
desk sofa bed mattress shelf bookcase bookshelf cabinet wardrobe drawer stool bench rug carpet curtain pillow
blanket towel sheet mirror clock vase candle pan pot kettle knife fork spoon plate bowl cup mug glass bottle
blender toaster oven fridge refrigerator microwave vacuum fan heater book novel guide cookbook dictionary
magazine toy mat doll puzzle game ball bicycle bike helmet tent racket kibble food treat litter collar leash
milk juice yoghurt cheese butter bread rice coffee tea melon fruit vegetable chocolate biscuit cookie cake apple
pear orange potato tomato onion carrot pepper
"""))
UNITS = word_set("kg g mg lb lbs oz cm mm m km ml l cl w kw v mah gb mb tb hz khz mhz ghz inch inches in px h min s db")
# Two words that name one thing.
COMPOUNDS = frozenset("""flip flop|track pant|body mist|body spray|air fryer|coffee table|coffee maker|dog food|
cat food|pet food|power bank|rice cooker|washing machine|dining table|desk lamp|floor lamp|bed frame|office chair|
water bottle|
lunch box|swim suit|rain coat|lip balm|face wash|hair oil|shaving foam|olive oil|sour cream|ice cream|
peanut butter|wall clock|alarm clock|table lamp|bedside lamp|coffee mug|tote bag|shoulder bag|sleeping bag|
yoga mat|phone case|teddy bear|tea towel|salad bowl|frying pan|
cutting board|watering can|track suit|bath towel""".replace("\n", "").split("|"))
WEIGHT = re.compile(r"\d[\d.,]*\s*(?:kg|g|mg|lbs?|oz|grams?|kilograms?|千克|公斤|毫克|克|斤)(?![a-z])", re.I)
VOLUME = re.compile(r"\d[\d.,]*\s*(?:ml|cl|l|lit(?:re|er)s?|fl\.? ?oz|毫升|升)(?![a-z])", re.I)
# What is measured by how much goes in.
CONTAINER = re.compile(
    r"\b(?:bottle|mug|cup|jar|canister|caddy|flask|jug|pitcher|kettle|bowl|vase|glass|thermos|tumbler|bucket|backpack)s?$"
    r"|[杯壶罐瓶桶锅碗盆包]$", re.I)
EDIBLE = re.compile(r"食|饮|茶叶$|咖啡$|粮|零食|饼|奶|糖|酒|米|面粉|油$")
WEARABLE = re.compile(
    r"sweater|jacket|coat|jean|trouser|shorts|sock|glove|scarf|skirt|vest|brief|suit|kurt"
    r"|blazer|hoodie|legging|apparel|cloth|wear|shoe|fashion|dress|shirt|服|鞋|衣|裤|裙|帽|童装|男装|女装", re.I)
# fmt: on


def humanised(name: str) -> str:
    """``screenSize``, ``screen_size`` -> ``screen size``; Chinese loses punctuation only. At most 40 characters."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    plain = " ".join(re.sub(r"[^\w\u4e00-\u9fff%]+|_", " ", spaced).split())
    words = [w if w.isupper() and len(w) > 1 else w.lower() for w in plain.split()]
    return " ".join(words)[:40]


def slot_of(name: str) -> str | None:
    """The slot of an attribute name, or None where no lexicon entry fits (it then becomes ``other_N``)."""
    key = humanised(name).lower().replace(" ", "_")
    for candidate in (key, *(key.removeprefix(p).strip("_") for p in NAME_PREFIXES if key.startswith(p))):
        if candidate in SLOT_OF:
            return SLOT_OF[candidate]
    return None


def is_internal(name: str) -> bool:
    """Whether an attribute is bookkeeping (ids, stock, links, prices) and not for a customer."""
    if any(word in name for word in INTERNAL_ZH):
        return True
    words = humanised(name).lower().split()
    return not words or words[-1] in INTERNAL or words[0] in INTERNAL_FIRST


def same_colour_family(one: str, other: str) -> bool:
    """Whether two colours can be said of the same thing: ``lavender`` and ``purple``, ``navy blue`` and ``blue``.

    A shade is no colour: ``light blue`` and ``light grey`` are two.
    """
    words, others = ({canon(word) for word in colour.replace("-", " ").split()} - SHADES for colour in (one, other))
    if words & others:
        return True
    return any(words & set(f.split()) and others & set(f.split()) for f in COLOUR_FAMILIES)
