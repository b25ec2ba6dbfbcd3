# Statistics.

statistics-title = Statistics
statistics-where = Where it all is
statistics-where-bar = { $members } percent with members, { $pool } percent in the pool
statistics-with-members = With members
statistics-in-pool = In the pool
statistics-issued = Issued in all
statistics-adds-up = What members hold and what is in the pool add up to exactly what was issued. No token was lost or invented.
statistics-does-not-add-up = The sums do not add up. Tell an operator at once.
statistics-members = Members
statistics-members-holding = Of those, with something in their wallet
statistics-nothing = Nothing has moved yet. Once tokens are distributed and paid, this page shows how much there is, how it moves, who takes part and how evenly it is spread.
statistics-time = Time
statistics-view-hours = 24 hours
statistics-view-days = 30 days
statistics-view-quarter = 90 days
statistics-view-weeks = 26 weeks
statistics-view-months = 12 months
statistics-view-all = From the beginning
statistics-view-earlier = ← Earlier
statistics-view-later = Later →
statistics-vouched = Vouched for
statistics-vouched-up-to = Signed up to transaction
statistics-vouched-when = When
statistics-vouched-head = Head of the chain
statistics-vouched-meaning = A checkpoint is the whole ledger in six signed lines. Keep one, and you can show later whether anything was altered.
statistics-vouched-download = Download the checkpoint
statistics-public-key = Public key
statistics-vouched-none = No checkpoint has been taken yet.
statistics-counted = Counted from the ledger { $when }.
statistics-numbers-below = The numbers are in the table below.
statistics-download = Download for a spreadsheet
statistics-back = Back to the statistics
statistics-to-sandbox = What if?
statistics-to-distributions = What distributions did
statistics-to-flow = Who trades with whom
statistics-to-report = Report of the last month

# When it was, and how much, where something is pointed at.
statistics-says = { $when }: { $what }
statistics-count-says = { $when }: { $count } for { $volume }
statistics-hour-of-week = { date-weekday }, { $time }

statistics-sentences = { $first } { $second }
statistics-from = From
statistics-how-many = How many
statistics-moved = Moved

statistics-supply = How much there is
statistics-supply-lead = Issued in all by the end of this time: { $issued }.
statistics-supply-says = { $when }: { $members } with members, { $pool } in the pool
statistics-supply-empty = Nothing had been issued by then.
statistics-supply-note = Counted at the end of each part of the time; of the last one, now. Each time, what members hold and what is in the pool are added up and compared with what was issued.
statistics-supply-table = Tokens at the end of each part of the time
statistics-sums-up = Adds up

statistics-payments = Payments between members
statistics-payments-lead = Members paid each other { $paid }.
statistics-payments-pace = At this pace a token changes hands { $times } times a year.
statistics-payments-empty = Nobody paid anybody in this time.
statistics-payments-note = How often a token changes hands is what members paid each other over what they held on average.
statistics-payments-table = What members paid each other
statistics-paid = Paid
statistics-held-on-average = Held on average
statistics-changed-hands = Times changed hands
statistics-changed-hands-yearly = The same by the year

statistics-transactions = Transactions of every kind
statistics-transactions-lead = { $count ->
    [one] One transaction moved { $volume }.
   *[other] { $count } transactions moved { $volume }.
}
statistics-transactions-before = { $count ->
    [0] There were none in as much time before.
    [one] There was one in as much time before, and it moved { $volume }.
   *[other] There were { $count } in as much time before, and they moved { $volume }.
}
statistics-transactions-empty = There were none in this time.
statistics-transactions-table = Transactions over time
statistics-kinds-table = Transactions by what they meant
statistics-kind = What
statistics-kind-issuance = Issued
statistics-kind-distribution = Distributed to members
statistics-kind-transfer = Paid between members
statistics-kind-pool = Paid to the pool
statistics-average = On average
statistics-median = In the middle

statistics-active = Members who take part
statistics-active-lead = Of { $total } members { $week } traded in the last 7 days, { $month } in 30 days, { $quarter } in 90 days.
statistics-active-says = { $when }: { $active } of { $total }
statistics-active-empty = Nobody traded in this time.
statistics-active-note = To trade is to pay someone, or to be paid by a member. What is distributed does not count.
statistics-active-table = Members who traded, came and left
statistics-traded = Traded
statistics-joined = Joined
statistics-left = Left
statistics-returned = Came back
statistics-cohorts-table = Of those who joined in a month, how many traded later
statistics-joined-in = Joined in
statistics-that-month = That month
statistics-next-month = The next
statistics-after-2 = After 2
statistics-after-3 = After 3
statistics-after-6 = After 6

statistics-spread = How evenly it is spread
statistics-spread-lead = The tenth of the members who have most hold { $share } of all tokens; a member in the middle has { $median }. Gini coefficient: { $gini }.
statistics-spread-empty = No member holds anything yet.
statistics-spread-note = The curve says what share the poorest members hold together; were it the straight line, all would hold the same. Empty wallets count. Of this moment, whatever time is looked at.
statistics-poorest = poorest members
statistics-richest = richest
statistics-tenths-table = What each tenth of the members holds, the poorest first
statistics-tenth = Tenth
statistics-holds = Holds
statistics-with-those-before = With those before
statistics-holders-table = The largest holdings
statistics-place = Place
statistics-who = Who
statistics-share = Share

statistics-hours = When members pay
statistics-hours-lead = { $count ->
    [one] Members paid most often on { date-weekday } after { $time }: once in the 90 days up to { $day }.
   *[other] Members paid most often on { date-weekday } after { $time }: { $count } times in the 90 days up to { $day }.
}
statistics-hours-empty = Nobody paid anything in these 90 days.
statistics-hours-note = By the hours of the community's clock, over 90 days: the stronger the colour, the more payments.
statistics-hours-table = Payments by weekday and hour
statistics-day = Day
statistics-hour = Hour

statistics-accounts = The community's own accounts
statistics-accounts-lead = What came in, what was given out, and what is left.
statistics-accounts-empty = Nothing came in or went out in this time.
statistics-accounts-note = Of each account two columns: income, and beside it expense.
statistics-accounts-table = Each account over the whole time
statistics-movements-table = Each account, part by part of the time
statistics-account = Account
statistics-account-before = Before
statistics-account-after = After
statistics-account-at-end = At its end
statistics-account-issued = Issued
statistics-account-from-members = From members
statistics-account-from-accounts = From accounts
statistics-account-distributed = Distributed
statistics-account-to-accounts = To accounts

statistics-forecast = What may come
statistics-forecast-lead = Estimates: what was, carried on by its trend and its week or year. What people will do, nobody knows; below each stands how far off it was before.
statistics-ahead-days = 14 days
statistics-ahead-weeks = 8 weeks
statistics-ahead-months = 6 months
statistics-circulation = In members’ hands
statistics-ahead-expected = { $when }: about { $value }, four times of five between { $lower } and { $upper }.
statistics-ahead-better = Looking ahead from earlier times was off by { $off } on average; to say that nothing changes, by { $unchanged }.
statistics-ahead-no-better = Looking ahead from earlier times was off by { $off } on average; to say that nothing changes was no worse ({ $unchanged }), so take it lightly.
statistics-ahead-says = { $when }: { $lower } to { $upper }
statistics-ahead-table = What is to be expected, and within what
statistics-ahead-value = Expected
statistics-ahead-lower = At least
statistics-ahead-upper = At most
statistics-ahead-missing-days = Too little has happened yet to look ahead: { $over ->
    [one] one whole day is
   *[other] { $over } whole days are
} over since the community began, and { $missing } more must be.
statistics-ahead-missing-weeks = Too little has happened yet to look ahead: { $over ->
    [one] one whole week is
   *[other] { $over } whole weeks are
} over since the community began, and { $missing } more must be.
statistics-ahead-missing-months = Too little has happened yet to look ahead: { $over ->
    [one] one whole month is
   *[other] { $over } whole months are
} over since the community began, and { $missing } more must be.
statistics-ahead-none = There was none, and none is to be expected.

# What distributions did.
statistics-effect-lead = Whether tokens that were distributed were of use: how soon they were spent, and where they are now. Tokens are followed first in, first out: whoever pays passes on what came in first.
statistics-effect-none = Nothing has been distributed yet. Distributions to fewer than five members are shown to operators and auditors alone.
statistics-effect-earlier = Earlier distributions
statistics-effect-says = { $when }, { $what }: { $amount }
statistics-soon = How soon it was spent
statistics-soon-lead = { $distributed } were distributed. Of these, { $week } were spent within 7 days, { $month } within 30 and { $quarter } within 90.
statistics-soon-empty = Nothing was distributed in this time.
statistics-soon-note = Spent is what a member paid of it to anyone, the first time it left their hands. The newest distributions have had less time than the others. Taken back is what corrections took.
statistics-within-7 = Within 7 days
statistics-within-30 = 30 days
statistics-within-90 = 90 days
statistics-later = Later
statistics-spent-7 = Spent in 7 days
statistics-spent-30 = Spent in 30 days
statistics-spent-90 = Spent in 90 days
statistics-spent-later = Spent later
statistics-spent-by-now = Spent up to now
statistics-spenders-7 = By members in 7 days
statistics-spenders-30 = By members in 30 days
statistics-spenders-90 = By members in 90 days
statistics-spenders-by-now = By members up to now
statistics-taken-back = Taken back
statistics-places = Where it is now
statistics-places-lead = { $still } lie still with the members who received them. { $returned } came back to the community’s accounts.
statistics-places-lead-reach = { $still } lie still with the members who received them; { $unreachable } of these cannot be spent now, in frozen wallets or those of members who left. { $returned } came back to the community’s accounts.
statistics-places-note = What came back was paid to the community’s accounts by whoever had it by then.
statistics-lies-still = Lies still
statistics-with-others = With other members
statistics-came-back = Came back
statistics-out-of-reach = Out of reach
statistics-made = Made
statistics-what-for = What for
statistics-each-distribution = Each distribution

# Trying out other rules.
statistics-sandbox-lead = Try out other rules. The community’s own history is lived on a thousand times under them, each time with other chances, and what came of it is drawn below. Nothing is changed by it.
statistics-sandbox-failed = This could not be tried.
statistics-sandbox-give = Give out
statistics-sandbox-take = Take from payments between members, into the pool
statistics-sandbox-more = More to change
statistics-sandbox-try = Try it
statistics-sandbox-assumed = What is assumed
statistics-sandbox-futures = { $runs } futures. The address of this page holds the question: whoever opens it today sees the same, as long as nothing moves.
statistics-sandbox-example = For example
statistics-sandbox-example-weekly = Fifty a week to each, and a fee of 2 percent
statistics-sandbox-example-none = Nothing is given out any more
statistics-sandbox-example-same = Everything goes on as it is
statistics-ask-tokens = Tokens each time
statistics-ask-as-now = as until now
statistics-ask-to = To
statistics-ask-each = each member
statistics-ask-together = all together
statistics-ask-every = How often
statistics-ask-day = every day
statistics-ask-week = every week
statistics-ask-two-weeks = every two weeks
statistics-ask-month = every month
statistics-ask-quarter = every three months
statistics-ask-fee-percent = Fee in percent
statistics-ask-fee-tokens = Fee in tokens
statistics-ask-demurrage = Back to the pool each month, in percent
statistics-ask-issue = Issued once, now
statistics-ask-joining = Members who join in a month
statistics-ask-leaving = Members who leave in a month
statistics-ask-months = Months to look ahead
statistics-ask-runs = How many futures
statistics-ask-seed = Where chance begins
statistics-rule-between = must be a whole number from { $least } to { $most }
statistics-rule-from = must be a whole number from { $least } up
statistics-rule-percent = must be a number from 0 to 100 with at most two digits after the point
statistics-rule-choice = must be one of those offered
statistics-rule-members = must be at most { $most } for members; operators may ask for more
statistics-rule-effort = is too much for a community as busy as this one: ask for fewer futures or months
statistics-missed = Of all payments { $share } were not made, because whoever wanted to pay had too little.
statistics-paid-monthly = Paid between members in a month
statistics-velocity-monthly = How often a token changes hands in a month
statistics-velocity-meaning = What members paid each other in the month, over what they held in it on average.
statistics-unevenness = How unevenly it is held
statistics-unevenness-meaning = The Gini coefficient: 0 where all hold the same, near 1 where one holds everything.
statistics-futures-lead = After { $months } months there are in nine of ten futures between { $low } and { $high }; in half of them at most { $middle }.
statistics-futures-certain = After { $months } months: { $middle }, whatever chance does.
statistics-futures-says = { $when }: { $low } to { $high }, half of them at most { $middle }
statistics-futures-most = nine of ten futures
statistics-futures-half = half of them
statistics-futures-middle = the middle
statistics-futures-empty = There is none in any future.
statistics-futures-table = The futures, month by month
statistics-futures-p5 = One of twenty at most
statistics-futures-p25 = One of four at most
statistics-futures-p50 = Half of them at most
statistics-futures-p75 = Three of four at most
statistics-futures-p95 = Nineteen of twenty at most
statistics-assumed-no-day = The community has no whole day behind it yet, so no payments are assumed at all.
statistics-assumed-no-payments = In the last { $days } days no member paid another, so no payments are assumed.
statistics-assumed-few = Only { $payments } payments in { $days } days are known: too few to rely on what follows.
statistics-assumed-payments = Members go on paying whom they paid, as often and as much as in the last { $days } days, as long as they have the tokens.
statistics-assumed-new-distribution = What was given out until now ends; what is asked for takes its place. What the pool lacks for it is issued.
statistics-assumed-distribution = The community goes on giving out as it did. What the pool lacks for it is issued.
statistics-assumed-members = Nobody joins and nobody leaves.
statistics-assumed-ways = Nobody changes their ways: who gets more does not pay more often, and who pays a fee does not pay less.

# The report of a month.
statistics-month-before = ← The month before
statistics-month-after = The month after →
statistics-month-nav = Month
statistics-report = Report of { $month }
statistics-report-words = In words
statistics-report-figures = In figures
statistics-report-not-over = { $month } is not over: these are its figures so far.
statistics-report-traded = In { $month } { $active } of { $members } members traded. They paid each other { $volume } { $count ->
    [one] in one payment
   *[other] in { $count } payments
}.
statistics-report-before-none = In { $before } they paid each other nothing.
statistics-report-more = That is { $change } more than in { $before }.
statistics-report-less = That is { $change } less than in { $before }.
statistics-report-same = That is as much as in { $before }.
statistics-report-members = { $joined ->
    [one] One member
   *[other] { $joined } members
} joined, and { $left } left.
statistics-report-moved = { $issued } were issued, { $distributed } distributed to members, and members paid { $returned } to the community’s accounts.
statistics-report-held = At the end members held { $held }, and { $pool } lay in the community’s accounts.
statistics-report-spent = Of what was distributed in { $month }, { $spent } has been spent up to now, { $soon } within 7 days.
statistics-report-ahead = In { $month } members may pay each other between { $lower } and { $upper }.
statistics-report-volume = What they moved
statistics-report-average = A payment on average
statistics-report-median = A payment in the middle
statistics-report-velocity = Times a token changes hands in a year
statistics-report-traders = Members who traded
statistics-report-joined = Members who joined
statistics-report-left = Members who left
statistics-report-returned = Paid to the community’s accounts
statistics-report-with-members = With members at the end
statistics-report-in-accounts = In the community’s accounts at the end
statistics-report-pdf = To print (PDF)
statistics-income = Income
statistics-expense = Expense

# Who trades with whom.
statistics-flow-network = The network
statistics-flow-description = Members on a circle, and lines between those who paid each other: the broader, the more tokens. The strongest connections are in the table below.
statistics-flow-meaning = Each dot is a member, each line what one paid another: the broader, the more. At most the { $most } strongest connections are drawn. The numbers mean nothing beyond this page.
statistics-flow-none = No member paid another one in this time.
statistics-flow-traded = { $members } members traded, by { $count ->
    [one] one connection
   *[other] { $count } connections
}: a connection is one member who paid another, once or often.
statistics-flow-density = Of all the connections that these members could have, { $share } are there.
statistics-flow-mutual = Of those there are, { $share } go both ways.
statistics-flow-joined = All of them are joined, directly or by way of others.
statistics-flow-groups = They form { $groups } groups between which nothing was paid; the largest has { $members } members.
statistics-flow-member = member { $number }
statistics-flow-says = { $from } → { $to }: { $volume } ({ $count })
statistics-flow-from = From
statistics-flow-to = To
statistics-flow-payments = Payments
statistics-flow-who-paid = Who paid
statistics-flow-who-was-paid = Who was paid
statistics-flow-numbers = In numbers
statistics-flow-strongest = The strongest connections
statistics-flow-groups-table = Groups between which nothing was paid
