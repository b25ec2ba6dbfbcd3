# Freezing a wallet.
treasury-freeze = Freeze the wallet of { $name }
treasury-freeze-means = From this moment on { $name } can neither send nor receive.
treasury-freeze-stays = What is in the wallet stays there, and they see it. You can unfreeze it at any time.
treasury-freeze-read-by = The member reads it on their wallet’s page, and it stays in the audit log.
treasury-freeze-do = Freeze it
treasury-unfreeze = Unfreeze the wallet of { $name }
treasury-unfreeze-means = { $name } can send and receive again, at once.
treasury-unfreeze-do = Unfreeze it

# The community's accounts.
treasury-accounts = System accounts
treasury-pool = the community’s pool
treasury-wallet = Wallet
treasury-history = Its history
treasury-history-of = Its history: { $name }
treasury-income = Income and expense
treasury-issue = Issue tokens
treasury-issue-lead = New tokens come into the pool of the account. Distributions issue what they lack by themselves; this is for keeping a stock.
treasury-issue-nothing = Nothing was issued.
treasury-how-many = How many
treasury-into = Into
treasury-issue-do = Issue them
treasury-issued = The tokens are issued.
treasury-move = Move tokens between accounts
treasury-move-lead = From one of the community’s accounts to another. Nothing is issued, and no member has more or less.
treasury-move-nothing = Nothing was moved.
treasury-move-to = To
treasury-move-do = Move them
treasury-moved = The tokens are moved.
treasury-move-same = Choose another account than the one the tokens come from.
treasury-another = Make another account
treasury-another-nothing = No account was made.
treasury-another-name = Its name
treasury-another-rule = 3 to 255 letters (a to z), digits, _ or -. It cannot be changed or removed later.
treasury-another-do = Make it
treasury-made = The account is made. Issuances and distributions can name it.

# Distributing.
treasury-distribute = Distribute
treasury-distribute-nothing = Nothing was distributed.
treasury-more-lines = { $count ->
    [one] And one line more.
   *[other] And { $count } lines more.
}
treasury-who-gets = Who gets what
treasury-list-rule = Paste cells out of a spreadsheet, or CSV. The first line names the columns: amount, and one of username, user_id or wallet_id. At most { $most } recipients.
treasury-file = Or a CSV file
treasury-file-rule = (then what is written above does not count)
treasury-note = What they read beside it
treasury-from = From
treasury-account-holds = { $name }: { $balance }
treasury-look = See what it would do
treasury-lately = Lately
treasury-never = Nothing has been distributed yet.
treasury-all = All distributions
treasury-to-schedules = Schedules: what is distributed by itself
treasury-right = Is this right?
treasury-to-members = { $count ->
    [one] to one member
   *[other] to { $count } members
}
treasury-to-members-or-none = { $count ->
    [one] to one member
   *[other] to { $count } members, all or nobody
}
treasury-pool-now = In the pool now
treasury-will-issue = Will be issued for it
treasury-pool-after = In the pool afterwards
treasury-they-read = They read
treasury-reason-hint = Weekly rewards
treasury-distribute-do = Distribute
treasury-change = Change something
treasury-has = has { $balance } now
treasury-more-clear = { $count ->
    [one] And one more, which is clear.
   *[other] And { $count } more, each of them clear.
}
treasury-distribution = Distribution
treasury-why = Why
treasury-by = By
treasury-when = When
treasury-issued-for-it = Issued for it
treasury-line = line { $number }
treasury-again = The same again
treasury-who-got = Who got what
treasury-number = number { $number } in the ledger
treasury-more = { $count ->
    [one] And one more.
   *[other] And { $count } more.
}
treasury-else = Distribute something else

# What is wrong with a list.
treasury-list-line = Line { $line }: { $problem }
treasury-list-empty = The list names nobody.
treasury-list-large = The list is larger than 16 MiB.
treasury-list-utf16 = The list is in UTF-16. Save it as CSV in UTF-8 and try again.
treasury-list-headings = The first line cannot be read: it must name the columns, in UTF-8.
treasury-list-no-amount = The first line must name a column amount.
treasury-list-no-who = The first line must name a column wallet_id, user_id or username.
treasury-list-broken = it must have as many columns as the first line, in UTF-8.
treasury-list-no-id = This is no id: one looks like 1b4e28ba-2fa1-4d2e-883f-0016d3cca427.
treasury-list-twice = This wallet is named twice.
treasury-list-frozen = This wallet is frozen and cannot receive tokens.
treasury-list-gone = The owner of this wallet has left the community.
treasury-list-system = This wallet belongs to a system account, not to a member.
treasury-list-sum = Together the amounts pass 9223372036854775807, the most the ledger can hold.
treasury-list-nobody = There is no member named { $name }.
treasury-list-several = Several members are named { $name }. Use the user id.
treasury-other-than-shown = This is not what was shown to you last. Look at it once more.
treasury-pool-smaller = The pool has become smaller, so more would have to be issued for it. Look at it once more.
treasury-no-distribution = There is no such distribution.

# Correcting.
treasury-correct = Correct transaction { $number }
treasury-correct-nothing = Nothing was changed.
treasury-correct-means = { $from } paid { $amount } to { $to }. What you say here goes back from { $to } to { $from }, at once, in a transaction that names this one. Both of them see it.
treasury-correct-amount = How much goes back
treasury-correct-most = At most { $amount }.
treasury-correct-fee = Where all of it goes back, the fee of { $fee } goes back, too.
treasury-correct-do = Correct it
