"""The hub's answer to a hello."""

from cobrowse.core.policy import Site, acts_of, customer_policy
from cobrowse.core.protocol import EPOCHS_PER_GENERATION, AgentWelcome, CustomerWelcome
from cobrowse.core.public_state import public_state
from cobrowse.core.states import Away, Joining, Session, Who
from cobrowse.core.tokens import CustomerToken, MirrorToken
from cobrowse.hub.house import House
from cobrowse.hub.local import latest_end


def first_epoch(generation: int) -> int:
    """The first epoch of the page that took this generation of the customer's seat."""
    return generation * EPOCHS_PER_GENERATION


def digits_of(session: Session) -> str:
    """The two digits while the customer has to read them out; empty before and after."""
    phase = session.state.back_to if isinstance(session.state, Away) else session.state
    return phase.digits if isinstance(phase, Joining) else ""


def customer_token(house: House, session: Session) -> str:
    """The newest token of the customer's seat."""
    token = CustomerToken(session=session.id, rotation=session.customer.rotation)
    return house.tokens.sign(token, latest_end(session))


def welcome(house: House, seat: Who, session: Session, version: int, site: Site) -> CustomerWelcome | AgentWelcome:
    """What the taker of a seat needs to begin."""
    hold = session.hold(seat)
    state = public_state(session, version)
    if seat == "customer":
        return CustomerWelcome(
            token=customer_token(house, session),
            generation=hold.generation,
            first_epoch=first_epoch(hold.generation),
            now=house.clock.now(),
            digits=digits_of(session),
            policy=customer_policy(site),
            state=state,
        )
    mirror = house.tokens.sign(MirrorToken(session=session.id), latest_end(session))
    return AgentWelcome(
        generation=hold.generation,
        now=house.clock.now(),
        mirror=f"{house.mirror_url}/m/{mirror}/",
        acts=acts_of(site),
        typed_navigation=site.typed_navigation,
        private=site.mode == "private",
        state=state,
    )
