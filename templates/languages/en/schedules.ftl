# Schedules: distributions that happen by themselves.

schedules-title = Schedules
schedules-lead = Distributions that happen by themselves, at the times you choose.
schedules-made = Made so far
schedules-none = Nothing is distributed by itself yet.
schedules-new = New schedule
schedules-rests = rests
schedules-next = Next on { $when }
schedules-last = Last on { $when }: { $what }
schedules-to-distribute = Distribute something now
schedules-to-everyone = to every member
schedules-to-active = { $days ->
    [one] to those who paid or were paid in the last day
   *[other] to those who paid or were paid in the last { $days } days
}
schedules-to-role = to those with the role “{ $role }”
schedules-to-list = { $count ->
    [one] to { $count } member by name
   *[other] to { $count } members by name
}
schedules-gives-fixed = { $amount } each
schedules-gives-per-payment = { $days ->
    [one] { $amount } for each payment of the last day, { $most } at most
   *[other] { $amount } for each payment of the last { $days } days, { $most } at most
}
schedules-gives-shared = { $days ->
    [one] { $amount } in all, shared by the payments of the last day
   *[other] { $amount } in all, shared by the payments of the last { $days } days
}
schedules-came-distributed = { $count ->
    [one] { $amount } to { $count } member
   *[other] { $amount } to { $count } members
}
schedules-came-nobody = There was nobody to get anything
schedules-came-failed = It did not happen. { $why }
schedules-says = What it does
schedules-how-much = How much
schedules-whom = To whom
schedules-when = When
schedules-zone = On the clock of
schedules-issued-max = Issue at most
schedules-next-run = The next time
schedules-rests-since = It rests since { $when }. Nothing happens until you let it go on.
schedules-would-fail = As things stand now it would not happen. { $why }
schedules-would-nobody = As things stand now nobody would get anything.
schedules-as-now = As things stand now.
schedules-would-issue = { $amount } would be issued for it.
schedules-more = { $count ->
    [one] And { $count } more.
   *[other] And { $count } more.
}
schedules-left-out = On the list, but left out:
schedules-left-frozen = the wallet is frozen
schedules-left-gone = has left
schedules-runs = What came of it
schedules-no-runs = It has not been due yet.
schedules-due-ran = Due on { $due }, ran on { $ran }
schedules-issued = { $amount } were issued for it
schedules-skipped = { $count ->
    [one] The program was not running: { $count } later time did not happen
   *[other] The program was not running: { $count } later times did not happen
}
schedules-older = Older ones
schedules-do = Do something with it
schedules-do-rule = While it rests nothing happens, and nothing is made up for later. What it has distributed stays, whatever you do.
schedules-pause = Let it rest
schedules-resume = Let it go on
schedules-remove = Remove it
schedules-back = Back to the schedules
schedules-change = Change it
schedules-name = What it is called
schedules-name-hint = Weekly rewards
schedules-cron-rule = Five fields as cron has them: minute, hour, day of the month, month, day of the week. At most once an hour. Where clocks change, each time happens once.
schedules-cron-monday = Mondays at 9:00
schedules-cron-first = the first of each month at 18:30
schedules-cron-last = the last of each month at 12:00
schedules-choose-active = to those who paid or were paid lately
schedules-days = Within how many days
schedules-choose-role = to those with a role
schedules-role = Which role
schedules-choose-list = to these members
schedules-list = One name on each line, { $most } at most
schedules-whom-rule = Frozen wallets and members who have left are left out.
schedules-tokens = How many tokens
schedules-choose-fixed = for each member
schedules-choose-per-payment = for each payment they made
schedules-most = To each at most
schedules-choose-shared = for all together, shared by the payments they made
schedules-payments-days = Payments of how many days
schedules-payments-rule = A payment counts for who made it, unless it was given back.
schedules-issued-rule = What the pool lacks is issued. If that were more than this, nothing happens and you are told.
schedules-make = Make the schedule
schedules-save = Save it
schedules-cancel = Cancel
schedules-operators-only = Only operators can do this.
schedules-said-made = The schedule is made.
schedules-said-changed = The schedule is changed.
schedules-said-paused = The schedule rests.
schedules-said-resumed = The schedule goes on.
schedules-name-rule = The name must have 1 to 80 characters.
schedules-name-taken = Another schedule is called the same.
schedules-cron-never = This time never comes.
schedules-cron-often = That is more often than every hour.
schedules-list-nobody = There is no member “{ $name }”.
schedules-list-several = Several members are called “{ $name }”. Write the user id instead.
