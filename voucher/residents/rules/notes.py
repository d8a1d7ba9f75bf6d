"""What is said about a roster's row that was taken, and the titles of what can change."""

from voucher.refusals import N_

WARNING_SENTENCES = {
    "sex_mismatch": N_("“性别”与身份证号第17位不符，按身份证号登记"),
    "phone_invalid": N_("联系电话不是有效号码，不登记"),
    "situation_unknown": N_("家庭情况中有不认识的词，略去"),
    "age_over_120": N_("年龄超过120岁，请核对"),
    "glyph": N_("姓名中有无法打印的字，发券前请与管理员联系"),
}
NOTICE_SENTENCES = {
    "name_normalised": N_("姓名中的空格或间隔号已统一写法"),
    "id_lengthened": N_("15位身份证号已换成18位"),
    "id_normalised": N_("身份证号的写法已统一（全角、空格、小写）"),
    "birth_mismatch": N_("“出生年月”与身份证号不符，以身份证号为准"),
}
FIELD_TITLES = {
    "name": N_("姓名"),
    "community": N_("社区"),
    "address": N_("住址"),
    "situation": N_("家庭情况"),
    "remark": N_("备注"),
    "phone": N_("联系电话"),
}
