# Alerts: what is unusual, and why.

alerts-title = Alerts
alerts-lead = What is unlike anything that is usual here, found by rules that say why. An alert accuses nobody: look, and say what came of it.
alerts-off = The program does not look for what is unusual: the settings say so (alerts.on).
alerts-open = Nobody has seen to these yet
alerts-acknowledged = Seen to
alerts-none = Nothing is unusual.
alerts-none-seen = None yet.
alerts-older = Older ones
alerts-rule = Rule
alerts-state = Which
alerts-any = All
alerts-rule-amount = An unusually large payment
alerts-rule-frequency = Unusually many payments
alerts-rule-circle = A circle
alerts-rule-new-accounts = New accounts that pay one wallet
alerts-rule-issuance = Sudden issuance
alerts-rule-sign-ins = Unusually many sign-ins
alerts-rule-invariant = The ledger does not add up
alerts-says-amount = { $name } paid { $other } { $amount }, { $times } times what is usual for them ({ $usual }, of { $payments } payments before). The most so far was { $most }. They have { $left } left.
alerts-says-amount-new = { $name }, who has seldom paid before, paid { $other } { $amount }, { $times } times what is usual here ({ $usual }, of { $payments } payments of everybody, nearly all at most { $most }). They have { $left } left.
alerts-says-frequency = { $name } made { $payments } payments within an hour. Usually it is { $usual } in an hour, the most so far was { $most }.
alerts-says-circle = Nearly the same amount, { $amount } at the end, went through { $wallets } wallets within { $hours } hours and came back: { $names }.
alerts-says-new-accounts = { $accounts } accounts, none older than { $days } days, paid { $name } { $amount } within a week, out of the { $received } that they ever received.
alerts-says-issuance = { $issued } were issued within 30 days. The most in such a time before was { $usual }.
alerts-says-issuance-quiet = { $issued } were issued within 30 days, after half a year without any. Members paid { $usual } in this time.
alerts-says-sign-ins = { $name } signed in { $times } times within an hour. The most so far was { $most }.
alerts-says-refused = { $times } sign-ins were refused within an hour. The most so far was { $most }.
alerts-says-invariant = { $issued } were issued, and all wallets together hold { $held }. Nothing is written any more. Run communitytoken verify.
alerts-times = { $count } times, last on { $when }
alerts-seen = Seen to on { $when }:
alerts-why = Why
alerts-no-verdict = A rule knows numbers and no reasons. Ask before you judge.
alerts-when = When
alerts-again = Again
alerts-whom = Whom it concerns
alerts-others = Also in it
alerts-rests-on = The transactions it rests on
alerts-do = Do something with it
alerts-do-rule = Operators and auditors read it in the audit log.
alerts-acknowledge = I have seen to it
alerts-mute-for = If you mute the rule: how long
alerts-mute-days = { $count ->
    [one] for { $count } day
   *[other] for { $count } days
}
alerts-mute-for-good = for good
alerts-mute = Mute this rule for { $name }
alerts-mute-rule = Mute this rule for everybody
alerts-muted = Muted
alerts-muted-until = Until { $when }:
alerts-muted-for-good = For good:
alerts-unmute = Hear it again
alerts-said-acknowledged = It is seen to.
alerts-said-muted = The rule is muted. It can be heard again on the page of alerts.
alerts-said-heard = The rule is heard again.
alerts-back = Back to all alerts
