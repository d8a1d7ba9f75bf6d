"""What each role's home page says. Pure."""

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
