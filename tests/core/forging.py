"""Forged and stale tokens: every shape is refused; `FORGED` names them with the reason expected."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hmac import digest as hmac_digest
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from app.core.keyring import KeyRing, PublicKey
from app.core.tokens import Reason

NOW = 1_780_000_000
ISSUER, FOREIGN = "https://handschlag.example", "https://login.stadt.example"
RING_KEY = rsa.generate_private_key(65537, 2048)
STRANGER = rsa.generate_private_key(65537, 2048)
IDP_RSA = rsa.generate_private_key(65537, 2048)
IDP_EC = ec.generate_private_key(ec.SECP256R1())

Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Source:
    """An identity provider's two keys, and how often they were asked for."""

    def __init__(self) -> None:
        self.asked = 0
        self.keys = {
            "idp-rsa": PublicKey("idp-rsa", "RS256", IDP_RSA.public_key()),
            "idp-ec": PublicKey("idp-ec", "ES256", IDP_EC.public_key()),
        }

    def find(self, issuer: str, kid: str) -> PublicKey | None:
        self.asked += 1
        return self.keys.get(kid) if issuer == FOREIGN else None


def pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


RING = KeyRing.from_pem([pem(RING_KEY)])
KID = RING.newest().public.kid


def b64(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def header(**changes: Any) -> dict[str, Any]:
    return without_none({"alg": "RS256", "typ": "at+jwt", "kid": KID} | changes)


def payload(**changes: Any) -> dict[str, Any]:
    return without_none(
        {"iss": ISSUER, "sub": "s", "aud": "handschlag", "exp": NOW + 900, "iat": NOW, "jti": "t-1", "client_id": "c"}
        | {"scope": "helps:read"}
        | changes
    )


def without_none(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def sign(key: Private, text: str) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(text.encode(), padding.PKCS1v15(), SHA256())
    r, s = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def made(head: Any, body: Any, key: Private = RING_KEY) -> str:
    """A token of exactly these parts (bytes as they are, everything else as JSON), signed by the key."""
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (head, body)]
    text = ".".join(b64(part) for part in parts)
    return f"{text}.{b64(sign(key, text))}"


def hmac_made(head: dict[str, Any], secret: bytes) -> str:
    text = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(payload()).encode())}"
    return f"{text}.{b64(hmac_digest(secret, text.encode(), 'sha256'))}"


GOOD = made(header(), payload())
HEAD, BODY, SIGNATURE = GOOD.split(".")
PUBLIC_PEM = RING_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
PUBLIC_DER = RING_KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
JWK = RING.jwks()["keys"][0]


def unsigned(alg: Any) -> str:
    return f"{b64(json.dumps(header(alg=alg)).encode())}.{BODY}."


def claim(**changes: Any) -> str:
    return made(header(), payload(**changes))


def head(**changes: Any) -> str:
    return made(header(**changes), payload())


def raw(text: str) -> str:
    return made(header(), text.encode())


def body_with(member: str) -> str:
    return raw(json.dumps(payload())[:-1] + "," + member + "}")


M, SIG, ALG = Reason.MALFORMED, Reason.BAD_SIGNATURE, Reason.WRONG_ALGORITHM
FORGED: dict[str, tuple[str, Reason]] = {
    # no signature, or one that anybody could make
    "alg-none": (unsigned("none"), M),
    "alg-None": (unsigned("None"), M),
    "alg-nOnE-with-signature": (head(alg="nOnE"), ALG),
    "alg-none-with-signature": (head(alg="none"), ALG),
    "alg-empty": (head(alg=""), ALG),
    "alg-absent": (head(alg=None), ALG),
    "alg-list": (head(alg=["RS256"]), ALG),
    "alg-names-two": (head(alg="RS256 ES256"), ALG),
    "hs256-with-public-pem": (hmac_made(header(alg="HS256"), PUBLIC_PEM), ALG),
    "hs256-with-public-der": (hmac_made(header(alg="HS256"), PUBLIC_DER), ALG),
    "hs256-with-modulus": (hmac_made(header(alg="HS256"), JWK["n"].encode()), ALG),
    "hs256-empty-secret": (hmac_made(header(alg="HS256"), b""), ALG),
    "hmac-behind-rs256": (hmac_made(header(), PUBLIC_DER), SIG),
    "rs512": (head(alg="RS512"), ALG),
    "ps256": (head(alg="PS256"), ALG),
    "signature-flipped": (f"{HEAD}.{BODY}.{b64(bytes([sign(RING_KEY, 'x')[0] ^ 1]) * 256)}", SIG),
    "signature-of-other-token": (f"{HEAD}.{BODY}.{claim(sub='other').split('.')[2]}", SIG),
    "payload-swapped": (f"{HEAD}.{claim(sub='admin').split('.')[1]}.{SIGNATURE}", SIG),
    "header-swapped": (f"{head(typ='application/at+jwt').split('.')[0]}.{BODY}.{SIGNATURE}", SIG),
    # another key than the one named
    "foreign-key-same-kid": (made(header(), payload(), STRANGER), SIG),
    "es256-behind-rsa-kid": (made(header(alg="ES256"), payload(), IDP_EC), ALG),
    "rs256-behind-ec-kid": (made(header(kid="idp-ec", typ="JWT"), payload(iss=FOREIGN)), ALG),
    "idp-key-for-local-issuer": (made(header(kid="idp-rsa"), payload(), IDP_RSA), Reason.UNKNOWN_KEY),
    "local-key-for-idp": (claim(iss=FOREIGN), Reason.UNKNOWN_KEY),
    "kid-absent": (head(kid=None), Reason.UNKNOWN_KEY),
    "kid-empty": (head(kid=""), Reason.UNKNOWN_KEY),
    "kid-number": (head(kid=1), Reason.UNKNOWN_KEY),
    "kid-list": (head(kid=[KID]), Reason.UNKNOWN_KEY),
    "kid-path": (head(kid="../../../../dev/null"), Reason.UNKNOWN_KEY),
    "kid-sql": (head(kid="x' OR '1'='1"), Reason.UNKNOWN_KEY),
    # headers that choose the key or change the meaning
    "jwk-embedded": (made(header(jwk=JWK), payload(), STRANGER), M),
    "jku": (head(jku="https://evil.example/jwks"), M),
    "x5u": (head(x5u="https://evil.example/cert"), M),
    "x5c": (head(x5c=["MIIB"]), M),
    "crit": (head(crit=["exp"]), M),
    "b64-false": (head(b64=False), M),
    "zip": (head(zip="DEF"), M),
    "nested-cty": (head(cty="JWT"), M),
    "typ-jwt-of-local-issuer": (head(typ="JWT"), M),
    "typ-absent": (head(typ=None), M),
    "typ-id-token": (head(typ="id+jwt"), M),
    "typ-logout": (head(typ="logout+jwt"), M),
    "typ-list": (head(typ=["at+jwt"]), M),
    # claims missing
    **{f"no-{name}": (claim(**{name: None}), Reason.MISSING_CLAIM) for name in ("sub", "jti", "iss", "exp", "iat")},
    "no-aud": (claim(aud=None), Reason.MISSING_CLAIM),
    "null-exp": (raw(json.dumps(payload() | {"exp": None})), Reason.MISSING_CLAIM),
    # claims of the wrong kind or for somebody else
    "iss-other": (claim(iss="https://evil.example"), Reason.WRONG_ISSUER),
    "iss-slash": (claim(iss=ISSUER + "/"), Reason.WRONG_ISSUER),
    "iss-case": (claim(iss=ISSUER.upper()), Reason.WRONG_ISSUER),
    "iss-list": (claim(iss=[ISSUER]), M),
    "aud-other": (claim(aud="other"), Reason.WRONG_AUDIENCE),
    "aud-longer": (claim(aud="handschlag-evil"), Reason.WRONG_AUDIENCE),
    "aud-part": (claim(aud="hand"), Reason.WRONG_AUDIENCE),
    "aud-blank-separated": (claim(aud="other handschlag"), Reason.WRONG_AUDIENCE),
    "aud-empty-list": (claim(aud=[]), Reason.WRONG_AUDIENCE),
    "aud-list-of-others": (claim(aud=["a", "handschlag-2"]), Reason.WRONG_AUDIENCE),
    "aud-nested-list": (claim(aud=[["handschlag"]]), Reason.WRONG_AUDIENCE),
    "aud-list-with-number": (claim(aud=["handschlag", 1]), Reason.WRONG_AUDIENCE),
    "aud-object": (claim(aud={"handschlag": True}), Reason.WRONG_AUDIENCE),
    "aud-true": (claim(aud=True), Reason.WRONG_AUDIENCE),
    "sub-number": (claim(sub=7), M),
    "sub-empty": (claim(sub=""), M),
    "jti-list": (claim(jti=["t"]), M),
    "client-id-list": (claim(client_id=["c"]), M),
    "client-id-null": (raw(json.dumps(payload() | {"client_id": None})), Reason.MISSING_CLAIM),
    "client-id-empty": (claim(client_id=""), M),
    "scope-list": (claim(scope=["helps:read"]), M),
    "scope-empty": (claim(scope=""), M),
    "scope-two-blanks": (claim(scope="a  b"), M),
    "scope-newline": (claim(scope="a\nb"), M),
    # times
    "expired": (claim(iat=NOW - 960, exp=NOW - 60), Reason.EXPIRED),
    "expired-at-the-leeways-end": (claim(iat=NOW - 900, exp=NOW - 30), Reason.EXPIRED),
    "exp-zero": (claim(exp=0, iat=0), Reason.EXPIRED),
    "exp-string": (claim(exp=str(NOW + 900)), M),
    "exp-float": (claim(exp=NOW + 900.5), M),
    "exp-integral-float": (claim(exp=float(NOW + 900)), M),
    "exp-true": (claim(exp=True), M),
    "exp-negative": (claim(exp=-1), M),
    "exp-list": (claim(exp=[NOW + 900]), M),
    "exp-nan": (raw(json.dumps(payload(exp=float("nan")))), M),
    "exp-infinity": (raw(json.dumps(payload(exp=float("inf")))), M),
    "exp-1e400": (raw(json.dumps(payload()).replace(str(NOW + 900), "1e400")), M),
    "exp-5000-digits": (raw(json.dumps(payload()).replace(str(NOW + 900), "9" * 5000)), M),
    "exp-far": (claim(exp=10**17), Reason.LIFETIME_TOO_LONG),
    "lifetime-a-second-too-long": (claim(exp=NOW + 3601), Reason.LIFETIME_TOO_LONG),
    "exp-before-iat": (claim(iat=NOW + 10, exp=NOW + 5), M),
    "iat-string": (claim(iat="now"), M),
    "iat-true": (claim(iat=True), M),
    "iat-float": (claim(iat=NOW + 0.5), M),
    "iat-future": (claim(iat=NOW + 31), Reason.NOT_YET_VALID),
    "nbf-future": (claim(nbf=NOW + 31), Reason.NOT_YET_VALID),
    "nbf-string": (claim(nbf="0"), M),
    "nbf-true": (claim(nbf=True), M),
    # JSON that is none, or a bomb
    "duplicate-exp": (body_with(f'"exp":{NOW + 9999}'), M),
    "duplicate-alg": (made(b'{"alg":"none","alg":"RS256","typ":"at+jwt","kid":"' + KID.encode() + b'"}', payload()), M),
    "payload-list": (made(header(), [payload()]), M),
    "payload-text": (made(header(), b"hello"), M),
    "payload-bom": (made(header(), b"\xef\xbb\xbf" + json.dumps(payload()).encode()), M),
    "payload-not-utf8": (made(header(), b'{"iss":"\xff"}'), M),
    "payload-nul": (claim(sub="a\0b"), M),
    "payload-surrogate": (raw(json.dumps(payload(sub="s")).replace('"s"', '"\\ud800"')), M),
    "header-list": (made([header()], payload()), M),
    "header-bomb": (made(b"[" * 5000, payload()), M),
    "payload-bomb": (raw('{"a":' * 900 + "1" + "}" * 900), M),
    "payload-string-header": (made(b'"RS256"', payload()), M),
    # the envelope
    "empty": ("", M),
    "dots": ("..", M),
    "one-part": (HEAD, M),
    "two-parts": (f"{HEAD}.{BODY}", M),
    "no-signature": (f"{HEAD}.{BODY}.", M),
    "four-parts": (f"{GOOD}.x", M),
    "jwe-five-parts": (f"{HEAD}.a.b.c.d", M),
    "jws-json": (json.dumps({"payload": BODY, "protected": HEAD, "signature": SIGNATURE}), M),
    "bearer-twice": (f"Bearer {GOOD}", M),
    "blank-before": (" " + GOOD, M),
    "newline-after": (GOOD + "\n", M),
    "newline-inside": (f"{HEAD}.\n{BODY}.{SIGNATURE}", M),
    "padded": (f"{HEAD}.{BODY}.{SIGNATURE}==", M),
    "standard-alphabet": (f"{HEAD}.{BODY}.+/{SIGNATURE[2:]}", M),
    "not-canonical": (f"{HEAD}.{BODY}.{SIGNATURE[:-1]}{chr(ord(SIGNATURE[-1]) + 1)}", M),
    "impossible-length": (f"{HEAD}.{BODY}.{SIGNATURE}AAA", M),
    "unicode-digits": (GOOD.replace("1", "\u0661") + "\u0661", M),
    "surrogate": (GOOD + "\ud800", M),
    "huge": (GOOD + "A" * 8192, Reason.TOO_LONG),
    "huge-valid": (claim(note="x" * 8000), Reason.TOO_LONG),
}
