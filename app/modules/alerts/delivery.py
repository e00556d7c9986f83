"""Handing letters to a mail server (SMTP): tried again until it takes them, laid aside in sight if it does not.

The job holds no transaction while it talks to the outside. It may run twice for one letter (a worker died after
sending): its Message-ID stays the same. A late letter about a child is still worth sending, a doubled one too.
"""

import smtplib
import ssl
from asyncio import to_thread
from dataclasses import dataclass
from email.message import EmailMessage
from uuid import UUID

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from app.core import clock
from app.core.jobs import jobs
from app.core.log import log
from app.core.work import Work
from app.modules.alerts.models import AlertMail, AlertSettings, MailProgress
from app.modules.alerts.rules import MOST_ATTEMPTS, letter, wait_seconds
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Postman:
    """What sending needs of the process."""

    work: Work
    settings: Settings


_postmen: list[Postman] = []


def employ(postman: Postman) -> None:
    """Say, at the worker's start, with what letters are sent."""
    _postmen[:] = [postman]


class NotSent(Exception):
    """The mail server did not take the letter; the job is tried again."""


class Patience(BaseRetryStrategy):
    """Doubling waits; the letter's own row says when to give up."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again."""
        if isinstance(exception, NotSent) or job.attempts < MOST_ATTEMPTS:
            return RetryDecision(retry_in={"seconds": wait_seconds(max(job.attempts, 1))})
        return None


@jobs.task(name="alerts.send", retry=Patience())
async def send(mail_id: str) -> None:
    """Send one letter, and write down what came of it."""
    if await to_thread(send_now, _postmen[0], UUID(mail_id)) is MailProgress.PENDING:
        raise NotSent


def send_now(postman: Postman, mail_id: UUID) -> MailProgress | None:
    """One attempt; what became of the letter (None: there is none)."""
    message = _message(postman, mail_id)
    if not isinstance(message, EmailMessage):
        return message
    error, for_good = _hand_over(postman.settings, message)
    return _note(postman, mail_id, error, for_good=for_good)


def _message(postman: Postman, mail_id: UUID) -> EmailMessage | MailProgress | None:
    """The letter, or why there is none to send."""
    with postman.work.as_system() as db:
        mail = db.get(AlertMail, mail_id, with_for_update=True)
        if mail is None or mail.progress is not MailProgress.PENDING:
            return mail.progress if mail else None
        settings = db.get(AlertSettings, mail.account_id)
        if settings is None or settings.email is None:
            mail.progress = MailProgress.NO_ADDRESS
            return mail.progress
        if postman.settings.smtp_host is None:
            mail.progress = MailProgress.OFF
            return mail.progress
        return letter(
            sender=postman.settings.smtp_sender,
            to=settings.email,
            number=mail.number,
            urgency=mail.urgency,
            link=postman.settings.public_url.rstrip("/") + mail.path,
            mail_id=str(mail.id),
        )


def _hand_over(settings: Settings, message: EmailMessage) -> tuple[str | None, bool]:
    """Why the mail server did not take it (None: it did), and whether that is for good."""
    try:
        with _server(settings) as server:
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        return f"recipient refused ({codes[0]})", all(code >= 500 for code in codes)
    except smtplib.SMTPResponseException as error:
        return f"{type(error).__name__} ({error.smtp_code})", False
    except (smtplib.SMTPException, OSError) as error:  # what a server says may hold an address: its kind is enough
        return type(error).__name__, False
    return None, False


def _server(settings: Settings) -> smtplib.SMTP:
    host, port, patience = settings.smtp_host or "", settings.smtp_port, settings.smtp_timeout_seconds
    context = ssl.create_default_context(cafile=str(settings.smtp_ca_file) if settings.smtp_ca_file else None)
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=patience, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=patience)
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=context)
        if settings.smtp_user is not None and settings.smtp_password is not None:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
    except BaseException:
        server.close()
        raise
    return server


def _note(postman: Postman, mail_id: UUID, error: str | None, *, for_good: bool) -> MailProgress | None:
    with postman.work.as_system() as db:
        mail = db.get(AlertMail, mail_id, with_for_update=True)
        if mail is None:
            return None
        mail.attempts += 1
        mail.last_error = error
        if error is None:
            mail.progress, mail.sent_at = MailProgress.SENT, clock.now()
        elif for_good or mail.attempts >= MOST_ATTEMPTS:
            mail.progress = MailProgress.PARKED
            log.error("alert_mail_parked", mail_id=str(mail_id), error=error, attempts=mail.attempts)
        return mail.progress
