"""Words of colour, material, season and people that ``content_checks.faithfulness`` is strict about, and nobody else
reads. To be deleted with it."""

from __future__ import annotations

# fmt: off

def _pairs(text: str) -> dict[str, str]:
    """``navy_blue=藏青色 ...`` as a mapping, underscores read as spaces."""
    return {name.replace("_", " "): word for name, word in (pair.split("=") for pair in text.split())}


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
GENDERS_ZH = {"men": "男士", "women": "女士", "boys": "男童", "girls": "女童", "women and men": "男女",
              "children": "儿童",               "babies": "婴幼儿", "adults": "成人", "older people": "中老年人"}

SEASONS = {"spring": "春季", "summer": "夏季", "fall": "秋季", "autumn": "秋季", "winter": "冬季",
           "all seasons": "四季"}

MATERIALS = _pairs("""leather=皮革 cotton=棉 linen=亚麻 silk=真丝 wool=羊毛 polyester=聚酯纤维 nylon=尼龙
denim=牛仔布 canvas=帆布 suede=麂皮 velvet=天鹅绒 satin=缎面 cashmere=羊绒 fleece=抓绒 mesh=网面 rubber=橡胶
plastic=塑料 metal=金属 stainless_steel=不锈钢 aluminium=铝合金 wood=木 solid_wood=实木 oak=橡木 pine=松木
walnut=胡桃木 bamboo=竹 glass=玻璃 ceramic=陶瓷 porcelain=瓷 silicone=硅胶 marble=大理石 acrylic=亚克力
viscose=粘胶 rayon=人造丝 spandex=氨纶 elastane=弹性纤维 jute=黄麻 rattan=藤 titanium=钛 iron=铁 brass=黄铜
faux_leather=人造革 faux_fur=人造毛 pu_leather=PU皮 synthetic_leather=合成革 lace=蕾丝 chiffon=雪纺 tweed=粗花呢
corduroy=灯芯绒 down=羽绒 foam=海绵 latex=乳胶 cardboard=硬纸板 gold=黄金 silver=银 pure_cotton=纯棉
modal=莫代尔 ice_silk=冰丝 flannel=法兰绒 memory_foam=记忆棉
""")
# fmt: on
