"""The product's hang-up reaches a call that is going on."""

from providers.telephony.twilio import TwilioTelephony
from receptionist.line.caller import CallOptions
from receptionist.line.line import Line
from tests.emulators.twilio import ACCOUNT_SID, AUTH_TOKEN, serving, twilio_emulator
from tests.line.server import Server, StreamPeer


async def test_hanging_up_by_rest_ends_the_line() -> None:
    async with twilio_emulator() as emulator:
        adapter = TwilioTelephony(ACCOUNT_SID, AUTH_TOKEN, emulator.url)

        async def hang_up(peer: StreamPeer) -> None:
            await adapter.hang_up(line.call_sid)
            await peer.next("stop")

        server = Server(hang_up, voice='<Connect><Stream url="ws://here/stream"/></Connect>')
        async with serving(server.app) as url:
            line = Line(CallOptions(voice_url=f"{url}/voice"))
            emulator.connect_line(line)
            report = await line.place()
        await adapter.close()

    assert report.ended_by == "operator"
    assert server.peers[0].received[-1]["event"] == "stop"
