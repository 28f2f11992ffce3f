"""Place one call, from the first webhook to the last status callback."""

import asyncio
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

from receptionist.line.caller import Caller, CallOptions
from receptionist.line.document import End, Goto
from receptionist.line.report import CallReport
from receptionist.line.script import Step
from receptionist.line.twiml_runner import TwimlRunner
from receptionist.line.webhooks import CallIdentity, Webhooks, new_sid, rfc2822_now


def voice_urls(url: str) -> tuple[str, str, str]:
    """Voice, fallback and status URLs of the server at `url` (its base, or its voice webhook)."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/").removesuffix("/voice/incoming")
    base = urlunsplit((parts.scheme, parts.netloc, path, "", ""))
    return (f"{base}/voice/incoming", f"{base}/voice/fallback", f"{base}/voice/status")


class Line:
    """One call. `hang_up` and `redirect` are what the REST API does to it from outside."""

    def __init__(self, options: CallOptions, script: Iterable[Step] = ()) -> None:
        self._options = options
        self._identity = CallIdentity(
            options.account.account_sid,
            options.from_number,
            options.to_number,
            options.call_sid or new_sid("CA"),
        )
        self.report = CallReport(self._identity.call_sid)
        self._caller = Caller(options, script, self.report)
        self._task: asyncio.Task[End] | None = None
        self._redirect: str | Goto | None = None

    @property
    def call_sid(self) -> str:
        """The call's SID, known before it is placed."""
        return self._identity.call_sid

    @property
    def live(self) -> bool:
        """Whether the call is going on."""
        return self._task is not None and not self._task.done()

    def hang_up(self) -> None:
        """End the call as `Status=completed` by REST does."""
        if self._task is not None:
            self._task.cancel()

    def redirect(self, *, twiml: str | None = None, url: str | None = None) -> None:
        """Give the live call another document, by text or by URL."""
        self._redirect = twiml if twiml is not None else Goto(url or self._options.voice_url)
        self.hang_up()

    async def place(self) -> CallReport:
        """Run the call to its end. Failures are in the report, not raised."""
        options = self._options
        webhooks = Webhooks(
            options.account,
            options.addresses,
            read_timeout_s=options.read_timeout_s,
            lost_answers=options.lost_answers,
            doubts=options.doubts,
        )
        runner = TwimlRunner(webhooks, self._identity, self._caller, options)
        try:
            end = await self._run(runner)
            self.report.outcome, self.report.ended_by = end.outcome, end.ended_by
            self.report.duration_ms = self._caller.now_ms
            self._caller.note("line", f"{end.outcome}, ended by {end.ended_by}")
            await self._last_status(runner, end)
        finally:
            await webhooks.close()
        return self.report

    async def _run(self, runner: TwimlRunner) -> End:
        end = await self._leg(runner, Goto(self._options.voice_url))
        while self._redirect is not None:
            step, self._redirect = self._redirect, None
            end = await self._leg(runner, step)
        return end

    async def _leg(self, runner: TwimlRunner, step: str | Goto) -> End:
        """One stretch of the call, ended by itself or by REST."""
        work = runner.run(step) if isinstance(step, Goto) else runner.obey_text(step)
        async with asyncio.TaskGroup() as tasks:
            # A child that is cancelled ends quietly; cancelling the group's owner ends both.
            self._task = tasks.create_task(work)
        return End("completed", "operator") if self._task.cancelled() else self._task.result()

    async def _last_status(self, runner: TwimlRunner, end: End) -> None:
        if self._options.status_url is None:
            return
        status = {"rejected": "no-answer", "busy": "busy"}.get(end.outcome, "completed")
        if not runner.answered and status == "completed":
            status = "failed"
        seconds = self.report.duration_ms // 1000 if runner.answered else 0
        parameters = {
            **self._identity.parameters(status),
            "CallDuration": str(seconds),
            "Duration": str(-(-seconds // 60)),
            "Timestamp": rfc2822_now(),
            "CallbackSource": "call-progress-events",
            "SequenceNumber": "0",
        }
        await runner.notify(self._options.status_url, parameters)


async def place_call(options: CallOptions, script: Iterable[Step] = ()) -> CallReport:
    """Call a server and follow a script; returns what became of it."""
    return await Line(options, script).place()
