"""Record a home ban: the registration that it is and its days go in together, by the way of every registration."""

from datetime import date

from gateway.core.home_ban import FLAG, IMPOSED, LANE, HomeBan, checked_start
from gateway.core.involvement import Oin
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import SINGLE
from gateway.flows.ports.house import House
from gateway.flows.registering.register import Row
from gateway.protocol.messages.home_bans import ImposeHomeBan
from gateway.protocol.messages.registrations import RegisterInvolvement


def row_of_ban(asked: ImposeHomeBan, house: House, *, agency: Oin, today_on: date) -> Row:
    """Return the registration of a ban as it is asked for; what is wrong with it is refused there, with its event.

    Its term follows from its first day, so a caller cannot choose another. `ban_term` is refused for a ban that has not
    begun or is over, `member_invalid` for a leading agency that is none.
    """
    ban = HomeBan(asked.starts_on, Oin(asked.led_by or agency))
    try:
        checked_start(ban, today_on=today_on)
    except Refused as refused:
        return Row(SINGLE, refused)
    if house.directory.agency(ban.led_by) is None:
        return Row(SINGLE, Refused(Refusal.MEMBER_INVALID, member="ledBy"))
    return Row(SINGLE, _registration(asked, ban), ban)


def _registration(asked: ImposeHomeBan, ban: HomeBan) -> RegisterInvolvement:
    return RegisterInvolvement(
        token=asked.token,
        lane=LANE,
        flag=FLAG,
        purpose=asked.purpose,
        case_reference=asked.case_reference,
        contact_id=asked.contact_id,
        attested=True,
        preconditions=(IMPOSED,),
        subject_notice=asked.subject_notice,
        valid_until=ban.first_until_on,
    )
