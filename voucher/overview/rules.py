"""What the pages of the whole chain say: each role's home, one resident's file. Pure."""

from dataclasses import dataclass

from voucher.refusals import N_


@dataclass(frozen=True, slots=True)
class Greeting:
    """A role's name, and its work in a sentence."""

    title: str
    work: str


GREETINGS = {
    "worker": Greeting(N_("社区工作者"), N_("登记老人、导入评估、发放养老服务券。")),
    "assessor": Greeting(N_("评估员"), N_("上门填写评估量表的二十六项。")),
    "approver": Greeting(N_("街道审核"), N_("确认等级，审核批次、商户和换发。")),
    "finance": Greeting(N_("区财务"), N_("预算、结算、付款；一人经办，另一人审核。")),
    "auditor": Greeting(N_("审计"), N_("查看全部记录，不改动任何数据。")),
    "desk": Greeting(N_("信息中心"), N_("接听电话：有什么券、用到哪天、在哪里用。")),
    "admin": Greeting(N_("管理员"), N_("账号、设置和密钥；不接触资金和健康信息。")),
}

LEVEL_STATES = {
    "proposed": N_("待确认"),
    "confirmed": N_("有效"),
    "replaced": N_("已被取代"),
}
VOUCHER_STATES = {
    "inactive": N_("未发放"),
    "active": N_("可用"),
    "used": N_("已用完"),
    "void": N_("已作废"),
    "lapsed": N_("已过期"),
}
PRINT_STATES = {"live": N_("有效"), "dead": N_("已失效")}
CASES = {
    "same_person": N_("是不是同一人"),
    "late_reversal": N_("逾期冲正"),
    "used_after_death": N_("去世后仍有核销"),
    "void_of_departed": N_("作废离开老人的券"),
    "replacement": N_("换发"),
}
# Deeds whose subject is a resident, as a person says them; any other shows its own word.
DEEDS = {
    "assessments.read": N_("查看评估"),
    "assessments.record": N_("录入评估"),
    "entitlements.explain": N_("查询应享权益"),
    "overview.read_file": N_("查看档案"),
    "overview.reveal_number": N_("查看完整号码"),
    "residents.compare": N_("比对两份档案"),
    "residents.correct": N_("更正资料"),
    "residents.record_departure": N_("登记离开"),
    "residents.register": N_("登记"),
}
