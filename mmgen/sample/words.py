"""The sample shop's vocabulary in English and Chinese: categories, colours, materials, brands, sentences.

Every pair is (English, Chinese); ``LOCALES`` gives the index. Sentences name only what the record or the drawing shows.
"""

from __future__ import annotations

from dataclasses import dataclass

Pair = tuple[str, str]
LOCALES = {"en": 0, "zh": 1}


@dataclass(frozen=True)
class Category:
    """What the shop says about one kind of product. Prices are in dollars; ``sizes`` may be empty."""

    shape: str
    names: tuple[Pair, ...]
    parent: Pair
    leaf: Pair
    materials: tuple[Pair, ...]
    sizes: tuple[Pair, ...]
    price: tuple[float, float]
    features: tuple[Pair, ...]
    uses: tuple[Pair, ...]
    care: Pair
    is_patterned: bool = False


COLOURS: tuple[tuple[Pair, tuple[int, int, int]], ...] = (
    (("red", "红色"), (192, 42, 46)),
    (("navy blue", "藏青色"), (32, 52, 108)),
    (("sky blue", "天蓝色"), (112, 172, 218)),
    (("green", "绿色"), (58, 126, 82)),
    (("yellow", "黄色"), (238, 194, 58)),
    (("pink", "粉色"), (234, 156, 178)),
    (("black", "黑色"), (36, 36, 40)),
    (("white", "白色"), (238, 238, 234)),
    (("grey", "灰色"), (134, 138, 144)),
    (("brown", "棕色"), (138, 90, 58)),
    (("orange", "橙色"), (228, 122, 48)),
    (("purple", "紫色"), (118, 76, 148)),
)
PATTERNS: tuple[tuple[str, Pair], ...] = (
    ("plain", ("plain", "纯色")),
    ("striped", ("striped", "条纹")),
    ("dotted", ("dotted", "波点")),
)
SEASONS: tuple[Pair, ...] = (("spring", "春季"), ("summer", "夏季"), ("autumn", "秋季"), ("winter", "冬季"))
BRANDS: tuple[tuple[str, ...], ...] = (
    ("Larkfield", "Norrby", "Tallow & Pine", "Brightwell", "Harbour Lane", "Corvane", "Ostra", "Millrace"),
    ("云杉", "青禾", "拾光", "南岸", "栖木", "朝露", "白屿", "归途"),
)
CARE_WASH: Pair = ("Machine wash cold with similar colours.", "建议与同色衣物冷水机洗。")
CARE_WIPE: Pair = ("Wipe clean with a soft, dry cloth.", "用柔软的干布擦拭即可。")
CARE_DISH: Pair = ("Safe in the dishwasher.", "可放入洗碗机清洗。")
CLOTHES: Pair = ("Clothing", "服饰")
HOME: Pair = ("Home", "家居")
SIZES: tuple[Pair, ...] = (("S", "S码"), ("M", "M码"), ("L", "L码"), ("XL", "XL码"))
COTTON: Pair = ("cotton", "棉")
LINEN: Pair = ("linen", "亚麻")
STEEL: Pair = ("steel", "不锈钢")

CATEGORIES: tuple[Category, ...] = (
    Category("shirt", (("T-shirt", "短袖T恤"), ("tee", "圆领T恤")), CLOTHES, ("Shirts", "T恤"), (COTTON, LINEN),
             SIZES,
             (12, 39), (("The round neck keeps its shape.", "圆领设计，久穿不易变形。"),
                        ("Short sleeves leave your arms free.", "短袖剪裁，活动自如。")),
             (("It goes with jeans and shorts alike.", "搭配牛仔裤或短裤都合适。"),
              ("Wear it on its own or under a jacket.", "单穿或内搭外套皆可。")), CARE_WASH, True),
    Category("dress", (("sleeveless dress", "无袖连衣裙"), ("belted dress", "收腰连衣裙")),
             CLOTHES, ("Dresses", "连衣裙"),
             (COTTON, LINEN, ("viscose", "粘胶纤维")), SIZES, (35, 95),
             (("A narrow belt marks the waist.", "细腰带勾勒腰线。"),
              ("The skirt falls in soft pleats.", "裙摆垂坠，褶皱柔和。")),
             (("Made for long lunches and warm evenings.", "适合聚餐与夏夜出行。"),
              ("It travels well and needs little ironing.", "便于携带，少有褶皱。")), CARE_WASH, True),
    Category("mug", (("mug", "马克杯"), ("coffee mug", "咖啡杯")), HOME, ("Mugs", "杯子"),
             (("stoneware", "炻瓷"), ("porcelain", "骨瓷")), (("300 ml", "300毫升"), ("400 ml", "400毫升")), (8, 24),
             (("The wide handle fits a whole hand.", "宽大手柄，握持舒适。"),
              ("A thick wall keeps drinks warm.", "杯壁厚实，保温持久。")),
             (("Good for a slow breakfast or a desk at work.", "早餐或办公桌上都用得上。"),
              ("It makes an easy present.", "送礼自用两相宜。")), CARE_DISH, True),
    Category("tote", (("tote bag", "托特包"), ("shopper bag", "手提袋")), ("Bags", "箱包"), ("Totes", "手提包"),
             (("canvas", "帆布"), LINEN, ("leather", "真皮")), (), (18, 120),
             (("Two handles sit comfortably on the shoulder.", "双提手设计，肩背舒适。"),
              ("The top opens wide, so nothing gets lost.", "开口宽大，取物方便。")),
             (("It takes a laptop, a book and a lunch box.", "可放入电脑、书本和午餐盒。"),
              ("Carry it to the market or to work.", "买菜通勤都能背。")), CARE_WIPE, True),
    Category("lamp", (("table lamp", "台灯"), ("bedside lamp", "床头灯")), HOME, ("Lamps", "灯具"),
             (LINEN, COTTON, ("paper", "纸质")), (("38 cm", "38厘米"), ("45 cm", "45厘米")), (29, 110),
             (("The shade spreads a warm, even light.", "灯罩透光均匀，光线温暖。"),
              ("A pull cord switches it on and off.", "拉绳开关，操作简单。")),
             (("Place it by the bed or in a reading corner.", "放在床头或阅读角都合适。"),
              ("It turns a bare shelf into a cosy spot.", "让空荡的角落变得温馨。")), CARE_WIPE, True),
    Category("sneaker", (("sneaker", "运动鞋"), ("high-top trainer", "高帮板鞋")), ("Shoes", "鞋靴"),
             ("Sneakers", "休闲鞋"),
             (("canvas", "帆布"), ("suede", "绒面革"), ("mesh", "网布")),
             (("EU 38", "38码"), ("EU 40", "40码"), ("EU 42", "42码"), ("EU 44", "44码")), (39, 129),
             (("The white sole grips wet pavement.", "白色鞋底防滑耐磨。"),
              ("Laces hold the foot firmly.", "系带设计，贴合脚型。")),
             (("Made for city walks and weekends.", "适合城市漫步与周末出游。"),
              ("Light enough to wear all day.", "轻便舒适，全天可穿。")),
             CARE_WIPE, True),
    Category("headphones", (("headset", "头戴式耳机"), ("over-ear headset", "包耳式耳机")),
             ("Electronics", "数码"),
             ("Headphones", "耳机"), (("plastic", "塑料"), ("aluminium", "铝合金")), (), (25, 240),
             (("Soft cushions close around the ears.", "柔软耳罩，包裹双耳。"),
              ("The padded band adjusts to any head.", "头梁可调节，佩戴稳固。")),
             (("For music on the train and calls at home.", "通勤听歌、居家通话皆宜。"),
              ("Long films pass without a sore ear.", "久戴不压耳。")), CARE_WIPE),
    Category("bear", (("teddy bear", "泰迪熊玩偶"), ("cuddly bear", "毛绒小熊")), ("Toys", "玩具"),
             ("Soft toys", "毛绒玩具"),
             (("plush", "绒布"), COTTON), (("25 cm", "25厘米"), ("40 cm", "40厘米")), (14, 49),
             (("The eyes and nose are stitched on safely.", "眼睛和鼻子缝制牢固。"),
              ("Round ears and a full tummy invite a hug.", "圆耳圆肚，抱感十足。")),
             (("A friend for bedtime and for journeys.", "陪伴入睡，也陪伴旅途。"),
              ("It sits up by itself on a shelf.", "可以稳稳坐在架子上。")), CARE_WASH),
    Category("tea", (("tea caddy", "茶叶罐"), ("tea canister", "储茶罐")), ("Kitchen", "厨房"), ("Tea", "茶具"),
             (("tin", "马口铁"), ("bamboo", "竹制")), (("100 g", "100克"), ("250 g", "250克")), (6, 32),
             (("The lid keeps the leaves dry and fragrant.", "密封罐盖，锁住茶香。"),
              ("The label has a leaf on it.", "罐身标签印有茶叶图案。")),
             (("It holds a month of loose leaf tea.", "可装一个月的散茶。"),
              ("Keep it beside the kettle.", "放在水壶旁，取用方便。")),
             CARE_WIPE, True),
    Category("umbrella", (("umbrella", "雨伞"), ("stick umbrella", "长柄伞")), ("Accessories", "配饰"),
             ("Umbrellas", "伞具"),
             (("polyester", "涤纶"), ("pongee", "春亚纺")), (), (15, 59),
             (("The curved wooden handle hangs over an arm.", "弯曲木柄，可挂在手臂上。"),
              ("A metal shaft stands up to wind.", "金属伞杆，抗风结实。")),
             (("Keep one by the door for sudden rain.", "放在门口，应对突来的雨。"),
              ("Wide enough for two.", "伞面宽大，可供两人使用。")),
             ("Leave it open to dry.", "使用后请撑开晾干。"), True),
    Category("clock", (("wall clock", "挂钟"), ("quiet wall clock", "静音挂钟")), HOME, ("Clocks", "钟表"),
             (("wood", "木质"), ("plastic", "塑料"), STEEL), (("25 cm", "25厘米"), ("30 cm", "30厘米")), (19, 79),
             (("Bold marks are easy to read across the room.", "刻度清晰，远处也能看清。"),
              ("The hands move without ticking.", "指针静音走时。")),
             (("It suits a kitchen, a study or a classroom.", "厨房、书房、教室都适用。"),
              ("Hang it where mornings get busy.", "挂在忙碌的早晨最常看的地方。")), CARE_WIPE),
    Category("bottle", (("water bottle", "水杯"), ("insulated bottle", "保温杯")), ("Outdoor", "户外"),
             ("Bottles", "水壶"),
             (STEEL, ("aluminium", "铝合金"), ("glass", "玻璃")), (("500 ml", "500毫升"), ("750 ml", "750毫升")),
             (12, 45),
             (("The screw cap does not leak.", "旋盖设计，防漏不洒。"),
              ("A narrow body fits most bag pockets.", "瓶身纤细，可放入背包侧袋。")),
             (("Take it to the gym or up a mountain.", "健身爬山都能带上。"),
              ("Refill it instead of buying plastic.", "反复使用，减少一次性塑料。")), CARE_DISH),
)  # fmt: skip
