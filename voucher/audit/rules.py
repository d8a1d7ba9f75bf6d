"""The hash that chains events, and the words for what they tell. Pure."""

import hashlib
import json
from collections.abc import Sequence

from voucher.refusals import N_

START_OF_CHAIN = "0" * 64

# What the auditor reads before the machine word; an action without a title here shows as its word.
ACTION_TITLES = {
    "accounts.add": N_("新建账号"),
    "accounts.add_console": N_("建立命令行账号"),
    "accounts.change_duty": N_("更改角色和辖区"),
    "accounts.change_password": N_("更改密码"),
    "accounts.export_list": N_("导出账号列表"),
    "accounts.give_password": N_("密码正确，等待验证码"),
    "accounts.renew_first_password": N_("换发首次密码"),
    "accounts.set_up_second_factor": N_("设置两步验证"),
    "accounts.sign_in": N_("登录"),
    "accounts.sign_in_refused": N_("登录未成功"),
    "accounts.sign_out": N_("退出登录"),
    "accounts.start": N_("恢复账号"),
    "accounts.stop": N_("停用账号"),
    "accounts.take_off_second_factor": N_("取消两步验证"),
    "assessments.import": N_("导入评估"),
    "audit.export_events": N_("导出审计记录"),
    "care_levels.assess_appeal": N_("登记申诉的复评"),
    "care_levels.confirm": N_("确认等级"),
    "care_levels.decide_appeal": N_("决定申诉"),
    "care_levels.export": N_("导出等级或申诉列表"),
    "care_levels.grade": N_("评定等级"),
    "care_levels.read_appeal": N_("查看申诉"),
    "care_levels.read_level": N_("查看等级依据"),
    "care_levels.read_list": N_("查看等级或申诉列表"),
    "care_levels.register_appeal": N_("登记申诉"),
    "care_levels.reject": N_("退回拟定等级"),
    "care_levels.withdraw_appeal": N_("撤回申诉"),
    "divisions.found_installation": N_("建立本区系统"),
    "divisions.import": N_("导入区划"),
    "entitlements.explain": N_("查看应享权益依据"),
    "ledger.approve_budget": N_("批准预算"),
    "ledger.set_budget": N_("编制预算"),
    "printouts.print_run": N_("打印批次"),
    "printouts.write_letter": N_("打印告知书"),
    "redemptions.ask_reversal": N_("申请冲正"),
    "redemptions.redeem": N_("核销"),
    "redemptions.reverse": N_("冲正"),
    "reports.simulate": N_("测算方案费用"),
    "residents.import_roster": N_("导入花名册"),
    "residents.record_departure": N_("登记离开"),
    "schemes.approve": N_("批准采用方案"),
    "schemes.propose": N_("申请采用方案"),
    "schemes.withdraw": N_("撤回采用申请"),
    "settlements.approve": N_("批准结算"),
    "settlements.close": N_("结算轧账"),
    "settlements.make": N_("生成结算"),
    "settlements.pay": N_("登记付款"),
    "settlements.write_statement": N_("生成结算单"),
    "shops.approve_shop": N_("批准商户"),
    "shops.enrol_device": N_("登记收银终端"),
    "shops.import_shops": N_("导入商户"),
    "shops.open_enrolment": N_("启用收银终端"),
    "shops.suspend_device": N_("停用收银终端"),
    "upkeep.rotate_key": N_("更换签名密钥"),
    "vouchers.approve_run": N_("批准批次"),
    "vouchers.cancel_run": N_("取消批次"),
    "vouchers.draft_run": N_("拟定批次"),
    "vouchers.hand_over": N_("发放签收"),
    "vouchers.hold": N_("冻结券"),
    "vouchers.issue_chunk": N_("写入券"),
    "vouchers.lapse": N_("到期失效"),
    "vouchers.release": N_("解除冻结"),
    "vouchers.reprint": N_("补印"),
    "vouchers.void": N_("作废"),
}
SUBJECT_TITLES = {
    "account": N_("账号"),
    "budget": N_("预算"),
    "day": N_("日期"),
    "device": N_("收银终端"),
    "district": N_("区县"),
    "event": N_("审计记录"),
    "file": N_("文件"),
    "key": N_("密钥"),
    "programme": N_("方案"),
    "redemption": N_("核销"),
    "resident": N_("老人"),
    "run": N_("发券批次"),
    "scale": N_("量表"),
    "scheme": N_("自有方案"),
    "settlement": N_("结算"),
    "shop": N_("商户"),
    "voucher": N_("券"),
}


def chain_digest(*, number: int, before: str, content: Sequence[object]) -> str:
    """Give the hash over an event's number and contents and the hash before it, as hex."""
    canonical = json.dumps([number, before, *content], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
