"""Decides to whom this holder gives its part of a conversion factor: a gateway's converter, agency to index only."""

from keys.evaluations import ConversionShare, OpenConversion, conversion_purpose
from keys.holder.holder import Holder, label_of, require_role
from keys.holder.refusals import Refusal, Refused
from keys.holder.seeds import LabelUnknown
from keys.sealing import seal
from keys.sharing import RatioRefused
from keys.signing import Signed
from keys.trust import Role


def share_conversion(call: Signed[OpenConversion], holder: Holder) -> ConversionShare:
    """Return (u_i, v_i), sealed to the converter of the gateway that signed the call; raises Refused.

    The key it is sealed to comes from our own registry, never from the call: who signs as the gateway still cannot
    read it. Asked again, the holder gives the same scalars, so nobody learns more by asking twice.
    """
    require_role(call, Role.GATEWAY)
    agency_label, index_label = label_of(call.message.agency_label), label_of(call.message.index_label)
    if not call.caller.sealing_key:
        raise Refused(Refusal.CALLER_NOT_ADMITTED)
    try:
        shares = holder.seeds.masked_shares(agency_label, index_label)
    except RatioRefused:
        raise Refused(Refusal.RATIO_REFUSED) from None
    except LabelUnknown:
        raise Refused(Refusal.LABEL_UNKNOWN) from None
    holder.record(call, name="conversion-shares", label=agency_label)
    purpose = conversion_purpose(agency_label, index_label, holder=holder.seeds.index)
    sealed = seal(call.caller.sealing_key, shares.u + shares.v, purpose=purpose)
    return ConversionShare(holder=holder.seeds.index, sealed=sealed)
