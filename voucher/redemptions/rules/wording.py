"""What a till and a list say: states, kinds, refused attempts, and what a clerk does next. Pure."""

from voucher.redemptions.rules.taking import Mode
from voucher.refusals import N_
from voucher.schemes.rules.programmes import Kind

# What a clerk does next, for every word a till can be answered with.
ADVICE: dict[str, str] = {
    "not_ours": N_("不要付款、登录或填号码；请老人出示本区的服务券"),
    "version": N_("请刷新收银页后再扫一次；仍不行请联系社区"),
    "key": N_("请联网后再扫一次；仍不行请联系社区"),
    "key_revoked": N_("请老人到社区换一张券，不要收下这张"),
    "signature": N_("不要收下；如属误扫请对准券面再扫一次，并告知社区"),
    "damaged": N_("请擦净或展平券面再扫一次，或输入二维码下方的编码"),
    "test": N_("这是演示用的券，不能抵扣，请退回"),
    "typo": N_("请对照券面逐位核对后重输，或改用扫码"),
    "unknown": N_("请核对编码或改用扫码；仍不行请联系社区"),
    "void": N_("请老人联系社区，不要收下这张券"),
    "superseded": N_("请老人出示补印的那张；找不到时联系社区"),
    "inactive": N_("请老人先到社区签收，再来使用"),
    "held": N_("请老人联系社区，不要收下这张券"),
    "early": N_("请老人到有效期开始后再来"),
    "expired": N_("过期券不能使用，请老人出示本月的券"),
    "used": N_("请老人出示另一张券，或由老人自付"),
    "already_yours": N_("服务已做完的不必再扫；点上方“今日”可以查到这笔"),
    "class": N_("请换一项本店服务，或请老人到能做这项服务的商户"),
    "over_value": N_("请改小金额或次数，其余由老人自付"),
    "price_high": N_("请改成不高于公示价的价格；要涨价须先更新公示价"),
    "nothing_to_take": N_("不必用券；请核对其他支付方的金额"),
    "busy": N_("请稍等几秒再按一次"),
    "key_busy": N_("请稍等几秒，系统会用同一编号再试"),
    "shop_closed": N_("请联系街道确认商户状态"),
    "typing_locked": N_("请改用扫码；要恢复手输须重新绑定本机"),
    "too_many_attempts": N_("请改用扫码，或过一会儿再输"),
    "key_reused": N_("请点“下一张”，重新扫这张券"),
    "already_reversed": N_("不必再撤销；请看“今日”里的记录"),
    "undo_over": N_("请联系区里办理冲正"),
    "redemption_unknown": N_("请刷新“今日”后再试"),
    "two_codes": N_("请用手遮住其他的券，一次只对准一张"),
}


# What the browser itself finds out about a code, before anything is asked of us.
JUDGED_BY_BROWSER: dict[str, str] = {
    "not_ours": N_("不是本区券码，请勿付款或登录"),
    "version": N_("无法识别此券的版本，请更新程序"),
    "damaged": N_("券码不完整或已损坏，请重新扫描或输入券下方的编码"),
    "typo": N_("编码有误，请逐位核对"),
    "two_codes": N_("镜头里有两张券，请只出示一张"),
}


# What a stranger is told of a voucher: a state in a few words, never what to do with it.
STATUS_TITLES: dict[str, str] = {
    "usable": N_("可用"),
    "early": N_("尚未到使用日期"),
    "inactive": N_("尚未发放"),
    "held": N_("已暂停"),
    "used": N_("已用完"),
    "expired": N_("已过期"),
    "void": N_("已作废"),
    "superseded": N_("已补印，请用新的那张"),
}


KIND_TITLES: dict[Kind, str] = {
    Kind.AMOUNT: N_("储值券"),
    Kind.COUNT: N_("次数券"),
    Kind.DISCOUNT: N_("折扣券"),
}


MODE_TITLES: dict[str, str] = {Mode.SCANNED: N_("扫码"), Mode.TYPED: N_("手输")}


# Why an attempt was refused, in short.
ATTEMPT_TITLES: dict[str, str] = {
    "unknown": N_("没有这张券"),
    "typo": N_("短码输错"),
    "damaged": N_("码已损坏"),
    "not_ours": N_("不是本区的券"),
    "version": N_("码的版本不对"),
    "key": N_("签名密钥不明"),
    "key_revoked": N_("签名密钥已停用"),
    "signature": N_("签名不对"),
    "test": N_("测试券"),
    "void": N_("已作废"),
    "superseded": N_("已补印"),
    "used": N_("已用完"),
    "already_yours": N_("本店已核销"),
    "expired": N_("已过期"),
    "inactive": N_("尚未发放"),
    "held": N_("已暂停"),
    "early": N_("未到日期"),
    "class": N_("服务不符"),
    "over_value": N_("余额不够"),
    "price_high": N_("高于公示价"),
    "nothing_to_take": N_("无需用券"),
    "shop_closed": N_("商户未批准或已停用"),
    "busy": N_("正在别处使用"),
}
