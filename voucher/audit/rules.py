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
    "assessments.begin_draft": N_("开始填写评估"),
    "assessments.drop_draft": N_("删除评估草稿"),
    "assessments.import": N_("导入评估"),
    "assessments.open_bedside": N_("打开床边评估"),
    "assessments.read_draft": N_("查看待确认的评估"),
    "assessments.record": N_("录入评估"),
    "assessments.send_back": N_("退回评估"),
    "assessments.sign": N_("评估签字"),
    "assessments.take_back": N_("收回评估"),
    "audit.export_events": N_("导出审计记录"),
    "care_levels.confirm": N_("确认等级"),
    "care_levels.grade": N_("评定等级"),
    "divisions.found_installation": N_("建立本区系统"),
    "divisions.import": N_("导入区划"),
    "entitlements.explain": N_("查看应享权益依据"),
    "ledger.approve_budget": N_("批准预算"),
    "ledger.set_budget": N_("编制预算"),
    "printouts.print_run": N_("打印批次"),
    "redemptions.ask_reversal": N_("申请冲正"),
    "redemptions.redeem": N_("核销"),
    "redemptions.reverse": N_("冲正"),
    "residents.import_roster": N_("导入花名册"),
    "residents.record_departure": N_("登记离开"),
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
    "settlement": N_("结算"),
    "shop": N_("商户"),
    "voucher": N_("券"),
}


def chain_digest(*, number: int, before: str, content: Sequence[object]) -> str:
    """Give the hash over an event's number and contents and the hash before it, as hex."""
    canonical = json.dumps([number, before, *content], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
