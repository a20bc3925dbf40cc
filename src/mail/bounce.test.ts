import { describe, expect, it } from "vitest";
import { readBounce } from "./bounce.ts";
import { notification } from "./fixtures.ts";

const to = "bounces+b-a1.2@papers.example.org";

describe("a delivery status notification", () => {
  it.each([
    // The words of Postfix, of Exim, which says 5.0.0 of everything, and of a server that gave up after days.
    ["Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <ada@example.net>: unknown", "address"],
    ["Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp;\n 550 5.1.1 no such user", "address"],
    ["Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 no", "message"],
    ["Action: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 full", "message"],
    ["Action: failed\nStatus: 4.4.1\nDiagnostic-Code: X-Postfix; connect timed out", "message"],
    ["Action: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 not allowed", "us"],
    ["Action: failed\nStatus: 5.1.8\nDiagnostic-Code: smtp; 550 5.1.8 Sender address rejected", "us"],
    ["Action: delayed\nStatus: 4.4.1\nWill-Retry-Until: Mon, 30 Nov 2026 12:00:00 +0000", undefined],
    ["Action: relayed\nStatus: 2.0.0", undefined],
  ])("says what a failure is held against: %j", async (fields, blame) => {
    expect(await readBounce(notification(to, fields))).toEqual({ to: [to], blame });
  });

  it("is found by the address that it was delivered to", async () => {
    const raw = notification("MAILER-DAEMON", "Action: failed\nStatus: 5.1.1", `Delivered-To: ${to.toUpperCase()}`);
    expect((await readBounce(raw))?.to).toContain(to);
  });

  it("is no other message", async () => {
    const reply = `To: <${to}>\r\nSubject: Out of office\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n`;
    expect(await readBounce(Buffer.from(reply))).toBeUndefined();
    expect(await readBounce(Buffer.alloc(0))).toBeUndefined();
  });
});
