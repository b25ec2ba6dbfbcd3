# Webhooks: programs that are told what happens.

webhooks-title = Webhooks
webhooks-lead = Programs of the community that are told what happens here: each message is signed and goes to an address that you put in.
webhooks-made = Made so far
webhooks-none = No program is told anything yet.
webhooks-new = Tell another program
webhooks-url = Its address
webhooks-url-rule = It begins with https:// and leads to the program that takes the messages.
webhooks-kinds = What it is told
webhooks-kind-transfer = Payments
webhooks-kind-distribution = Distributions
webhooks-kind-issuance = Issued tokens
webhooks-kind-joined = Somebody joined
webhooks-kind-left = A member left
webhooks-kind-restored = A member is back
webhooks-kind-erased = A member was forgotten
webhooks-kind-role-granted = A role was given
webhooks-kind-role-revoked = A role was taken
webhooks-kind-frozen = A wallet was frozen
webhooks-kind-unfrozen = A wallet was unfrozen
webhooks-kind-checkpoint = Checkpoints
webhooks-kind-alert = Alerts
webhooks-kind-test = Test
webhooks-notes = And what members write to their payments
webhooks-with-notes = And what members write to their payments
webhooks-reason = Why?
webhooks-make = Make the webhook
webhooks-state-new = Nothing was sent yet
webhooks-state-well = Works; the last message was taken on { $when }
webhooks-state-not-taken = The last message sent was not taken
webhooks-state-failing = Takes no message since { $when }
webhooks-state-stopped = Stopped by an operator on { $when }
webhooks-state-gone = Stopped on { $when }: it wants no more messages
webhooks-state-given-up = Stopped on { $when }: it took no message for five days
webhooks-apart-count = { $count ->
    [one] { $count } message set apart
   *[other] { $count } messages set apart
}
webhooks-one = Webhook
webhooks-last-answer = What came of the last attempt:
webhooks-next-attempt = The next attempt is due on { $when }.
webhooks-made-on = Made on { $when }.
webhooks-two-signatures = The old secret signs as well until { $when }.
webhooks-apart = Messages set apart
webhooks-apart-lead = These were refused too often, so those after them went on. They can be sent again.
webhooks-waits = waits
webhooks-content = What it says
webhooks-content-gone = What it said cannot be made of the ledger any more, so it cannot be sent again.
webhooks-attempts = { $count ->
    [one] { $count } attempt
   *[other] { $count } attempts
}
webhooks-older = Older ones
webhooks-do = Do something with it
webhooks-test = Send a test
webhooks-send-again = Send them again
webhooks-resume = Let it go on
webhooks-try-now = Try now
webhooks-stop = Stop it
webhooks-rotate = New secret
webhooks-remove = Remove it
webhooks-do-rule = A webhook that is stopped misses nothing: when it goes on, it is told first what happened meanwhile. After a new secret, messages carry both signatures for a day.
webhooks-back = Back to the webhooks
webhooks-to-webhook = To the webhook
webhooks-secret = Secret of the webhook
webhooks-secret-once = This secret is shown only now. Put it into the program that takes the messages.
webhooks-secret-use = By it the program can tell that a message comes from here and was not changed on the way.
webhooks-copied = Copied.
webhooks-not-copied = That did not work. Copy it by hand.
webhooks-copy = Copy the secret
webhooks-said-test = The test is on its way.
webhooks-said-sent = The messages are on their way.
webhooks-said-stopped = The webhook is stopped.
webhooks-said-resumed = The webhook goes on.
webhooks-problem-url = This address cannot be used. It must begin with https:// and lead to a public address, or to a network that the settings allow.
webhooks-problem-kinds = Choose at least one thing that it is told.
