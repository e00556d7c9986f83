"""Access tokens: what the service issues it opens; what somebody forged, bent or kept too long it does not."""

import json
from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.keyring import KeyRing
from app.core.tokens import CACHE_SECONDS, InvalidToken, Reason, Tokens
from tests.core.forging import (
    FOREIGN,
    FORGED,
    GOOD,
    IDP_EC,
    IDP_RSA,
    ISSUER,
    NOW,
    RING,
    Private,
    Source,
    claim,
    header,
    made,
    payload,
)


@pytest.fixture
def tokens() -> Tokens:
    return Tokens(RING, issuer=ISSUER, audience="handschlag", lifetime_seconds=900, trusted_issuers={FOREIGN: Source()})


class TestOpen:
    def test_what_is_issued_opens(self, tokens: Tokens) -> None:
        token = tokens.issue("account-1", client_id="sync", scopes=["helps:read", "events:read"], now=NOW)
        claims = tokens.open(token, now=NOW)
        assert (claims.subject, claims.client_id, claims.issuer) == ("account-1", "sync", ISSUER)
        assert claims.scopes == {"helps:read", "events:read"}
        assert (claims.issued_at, claims.expires_at) == (NOW, NOW + 900)
        assert claims.token_id != tokens.open(GOOD, now=NOW).token_id

    def test_a_person_has_no_client_and_may_have_no_scope(self, tokens: Tokens) -> None:
        claims = tokens.open(tokens.issue("person", client_id=None, scopes=[], now=NOW), now=NOW)
        assert (claims.client_id, claims.scopes) == (None, frozenset())

    def test_issued_header_is_that_of_rfc_9068(self, tokens: Tokens) -> None:
        first = tokens.issue("s", client_id="c", scopes=["a"], now=NOW).split(".")[0]
        assert json.loads(urlsafe_b64decode(first + "==")) == header()

    def test_the_audience_may_stand_in_a_list(self, tokens: Tokens) -> None:
        assert tokens.open(claim(aud=["other", "handschlag"]), now=NOW).subject == "s"

    @pytest.mark.parametrize(("kid", "alg", "key"), [("idp-rsa", "RS256", IDP_RSA), ("idp-ec", "ES256", IDP_EC)])
    @pytest.mark.parametrize("typ", ["JWT", "jwt", "at+jwt", "application/at+jwt"])
    def test_a_trusted_issuers_token_opens(self, tokens: Tokens, kid: str, alg: str, key: Private, typ: str) -> None:
        token = made(header(kid=kid, alg=alg, typ=typ), payload(iss=FOREIGN), key)
        assert tokens.open(token, now=NOW).issuer == FOREIGN

    @pytest.mark.parametrize(("token", "reason"), FORGED.values(), ids=FORGED)
    def test_forged_or_stale_is_refused(self, tokens: Tokens, token: str, reason: Reason) -> None:
        tokens.open(GOOD, now=NOW)
        for _ in range(2):  # a refusal is not remembered as anything else
            with pytest.raises(InvalidToken) as refusal:
                tokens.open(token, now=NOW)
            assert refusal.value.reason_code is reason

    def test_there_are_enough_forged_shapes(self) -> None:
        assert len(FORGED) >= 40

    @pytest.mark.parametrize("cut", range(0, len(GOOD), 7))
    def test_no_truncated_token_opens(self, tokens: Tokens, cut: int) -> None:
        with pytest.raises(InvalidToken):
            tokens.open(GOOD[:cut], now=NOW)

    @given(st.integers(0, len(GOOD) - 1), st.characters(max_codepoint=0x2FF))
    def test_no_token_with_a_changed_character_opens(self, place: int, char: str) -> None:
        bent = GOOD[:place] + char + GOOD[place + 1 :]
        tokens = Tokens(RING, issuer=ISSUER, audience="handschlag", lifetime_seconds=900)
        if bent != GOOD:
            with pytest.raises(InvalidToken):
                tokens.open(bent, now=NOW)

    @pytest.mark.parametrize("second", [-30, 0, 929])
    def test_valid_from_issue_to_expiry_with_leeway(self, tokens: Tokens, second: int) -> None:
        assert tokens.open(GOOD, now=NOW + second).subject == "s"

    @pytest.mark.parametrize(
        ("second", "reason"), [(-31, Reason.NOT_YET_VALID), (930, Reason.EXPIRED), (931, Reason.EXPIRED)]
    )
    def test_not_a_second_longer(self, tokens: Tokens, second: int, reason: Reason) -> None:
        with pytest.raises(InvalidToken) as refusal:
            tokens.open(GOOD, now=NOW + second)
        assert refusal.value.reason_code is reason

    def test_leeway_is_configurable(self) -> None:
        strict = Tokens(RING, issuer=ISSUER, audience="handschlag", lifetime_seconds=900, leeway_seconds=0)
        with pytest.raises(InvalidToken):
            strict.open(GOOD, now=NOW + 900)


class TestCache:
    def idp(self) -> tuple[Tokens, Source, str]:
        source = Source()
        tokens = Tokens(
            RING,
            issuer=ISSUER,
            audience="handschlag",
            lifetime_seconds=900,
            trusted_issuers={FOREIGN: source},
            cache_entries=2,
        )
        return tokens, source, made(header(kid="idp-rsa", typ="JWT"), payload(iss=FOREIGN), IDP_RSA)

    def test_a_verified_token_is_verified_once_a_minute(self) -> None:
        tokens, source, token = self.idp()
        for second in (0, 1, CACHE_SECONDS - 1):
            tokens.open(token, now=NOW + second)
        assert source.asked == 1
        tokens.open(token, now=NOW + CACHE_SECONDS)
        assert source.asked == 2

    def test_expiry_is_looked_at_on_every_hit(self) -> None:
        tokens, source, _ = self.idp()
        token = made(header(kid="idp-rsa", typ="JWT"), payload(iss=FOREIGN, exp=NOW + 5), IDP_RSA)
        tokens.open(token, now=NOW + 34)
        with pytest.raises(InvalidToken) as refusal:
            tokens.open(token, now=NOW + 35)
        assert (refusal.value.reason_code, source.asked) == (Reason.EXPIRED, 1)

    def test_a_clock_set_back_verifies_again(self) -> None:
        tokens, source, token = self.idp()
        tokens.open(token, now=NOW + 10)
        with pytest.raises(InvalidToken):
            tokens.open(token, now=NOW - 100)
        assert source.asked == 2

    def test_failures_are_never_remembered(self) -> None:
        tokens, source, token = self.idp()
        keys, source.keys = source.keys, {}
        with pytest.raises(InvalidToken):
            tokens.open(token, now=NOW)
        source.keys = keys
        assert tokens.open(token, now=NOW).issuer == FOREIGN

    def test_the_least_recently_used_leaves_first(self) -> None:
        tokens, source, token = self.idp()
        others = [made(header(kid="idp-rsa", typ="JWT"), payload(iss=FOREIGN, jti=f"{n}"), IDP_RSA) for n in (1, 2)]
        for each in (token, others[0], token, others[1]):
            tokens.open(each, now=NOW)
        assert source.asked == 3
        tokens.open(token, now=NOW)
        assert source.asked == 3
        tokens.open(others[0], now=NOW)
        assert source.asked == 4

    def test_forgetting_makes_a_retired_key_count_at_once(self) -> None:
        tokens, source, token = self.idp()
        tokens.open(token, now=NOW)
        source.keys = {}
        assert tokens.open(token, now=NOW + CACHE_SECONDS - 1).issuer == FOREIGN
        tokens.forget()
        with pytest.raises(InvalidToken):
            tokens.open(token, now=NOW)

    def test_threads_share_it(self) -> None:
        tokens, _, _ = self.idp()
        many = [made(header(), payload(sub=f"s{n}")) for n in range(8)]
        with ThreadPoolExecutor(8) as pool:
            opened = list(pool.map(lambda n: tokens.open(many[n % 8], now=NOW).subject, range(800)))
        assert opened == [f"s{n % 8}" for n in range(800)]


class TestRotation:
    def test_tokens_outlive_rotation_but_not_their_keys_retirement(self, tmp_path: Path) -> None:
        ring = KeyRing.load(tmp_path)
        tokens = Tokens(ring, issuer=ISSUER, audience="handschlag", lifetime_seconds=900)
        old = tokens.issue("s", client_id=None, scopes=[], now=NOW)
        old_kid = ring.newest().public.kid
        ring.rotate()
        new = tokens.issue("s", client_id=None, scopes=[], now=NOW)
        assert tokens.open(old, now=NOW).subject == tokens.open(new, now=NOW).subject == "s"
        ring.retire(old_kid)
        with pytest.raises(InvalidToken) as refusal:
            tokens.open(old, now=NOW + CACHE_SECONDS)
        assert refusal.value.reason_code is Reason.UNKNOWN_KEY
        assert tokens.open(new, now=NOW + CACHE_SECONDS)


class TestSettings:
    @pytest.mark.parametrize("seconds", [0, 3601])
    def test_a_lifetime_beyond_an_hour_is_refused(self, seconds: int) -> None:
        with pytest.raises(ValueError, match="lives between"):
            Tokens(RING, issuer=ISSUER, audience="handschlag", lifetime_seconds=seconds)

    def test_nobody_else_may_own_the_local_issuer(self) -> None:
        with pytest.raises(ValueError, match="local issuer"):
            Tokens(RING, issuer=ISSUER, audience="a", lifetime_seconds=900, trusted_issuers={ISSUER: Source()})

    @pytest.mark.parametrize("scope", ["two words", 'quote"', "ü", ""])
    def test_a_scope_is_one_printable_word(self, tokens: Tokens, scope: str) -> None:
        with pytest.raises(ValueError, match="scope"):
            tokens.issue("s", client_id="c", scopes=["a", scope], now=NOW)
