# One's own wallet, history and receipts.

wallets-wallet = Wallet
wallets-your-wallet = Your wallet
wallets-balance = Balance
wallets-you-have = You have
wallets-frozen = Your wallet is frozen.
wallets-frozen-meaning = Nothing can be sent or received until an operator unfreezes it.
wallets-frozen-reason = Reason: { $reason }
wallets-send = Send
wallets-receive = Receive
wallets-lately = Lately
wallets-nothing-lately = Nothing has come or gone yet. When someone pays you, it appears here.
wallets-whole-history = The whole history
wallets-waiting = Waiting for you
wallets-waiting-all = All { $count } of them
wallets-requests = Requests
wallets-where-from = Where it came from
wallets-course = Over time
wallets-course-summary = In the last { $days } days you had between { $least } and { $most }.

# What an entry was, seen by the one who looks.
wallets-received = Received
wallets-sent = Sent
wallets-issued = Issued
wallets-from-community = From the community
wallets-to-community = To the community
wallets-given-back = Given back
wallets-fee = Fee
wallets-fee-for = Fee for the payment to { $name }

# Read aloud before an amount.
wallets-entry-received = received
wallets-entry-sent = sent
wallets-entry-through = through { $client }
wallets-entry-balance = balance { $balance }
wallets-entry-given-back = given back

wallets-history = History
wallets-filter = Filter
wallets-filter-words = Words in the note
wallets-filter-direction = Direction
wallets-filter-both = In and out
wallets-filter-in = In
wallets-filter-out = Out
wallets-filter-kind = Kind
wallets-filter-every-kind = Every kind
wallets-filter-members = Between members
wallets-filter-from = From day
wallets-filter-to = To day
wallets-filter-least = At least
wallets-filter-most = At most
wallets-filter-one-wallet = With one wallet only:
wallets-filter-show = Show
wallets-filter-show-all = Show everything
wallets-nothing-yet-found = Nothing here matches yet.
wallets-look-back = Look further back
wallets-nothing-matches = Nothing matches.
wallets-nothing = Nothing has come or gone yet.
wallets-older = Older
wallets-that-is-all = That is everything.

wallets-receipt = Receipt
wallets-receipt-of = Receipt: { $amount }, { $name }
wallets-paid = Paid.
wallets-paid-to = { $name } has it now.
wallets-from = From
wallets-to = To
wallets-when = When
wallets-sent-through = Sent through
wallets-note = Note
wallets-note-optional = (if you like)
wallets-balance-after = Your balance after it
wallets-gives-back = Gives back
wallets-earlier-payment = an earlier payment
wallets-fee-of = Fee for
wallets-fee-of-payment = the payment to { $name }
wallets-fee-back = Fee given back with it
wallets-balance-after-fee = Your balance after it and its fee
wallets-asked-for = Asked for by
wallets-a-request = a request
wallets-asked-back-from-you = Asked back from you
wallets-you-asked-back = You asked for it back
wallets-proof = Proof
wallets-proof-number = Number in the ledger
wallets-proof-id = Id
wallets-proof-place = Place in the chain
wallets-proof-place-waits = waits to be chained
wallets-proof-checkpoint = Checkpoint
wallets-proof-covered = covered by a signed checkpoint
wallets-proof-waits = waits for the next checkpoint
wallets-proof-meaning = The signed receipt is a small file that anyone can check with the community's public key, without asking us.
wallets-proof-download = Download the receipt
wallets-proof-picture = As a picture
wallets-give-it-back = Give it back
wallets-how-much = How much
wallets-give-back-most = Up to { $amount } of it can still be given back to { $name }.
wallets-give-back = Give back
wallets-ask-back = Ask for it back
wallets-favourite = A favourite: remove
wallets-make-favourite = Make { $name } a favourite
wallets-to-history = Back to the history

# Where a balance comes from.
wallets-explained = Where your balance comes from
wallets-explained-now = (empty: now)
wallets-explained-beginning = From the beginning
wallets-explained-cut = So much moved in this time that only the newest { $count } entries are looked at, since { $when }. From there on it adds up.
wallets-explained-sum = It adds up
wallets-explained-before = You had before
wallets-earned = Earned
wallets-spent = Spent
wallets-have-now = You have now
wallets-had-then = You had then
wallets-earned-from = Earned from
wallets-earned-nothing = Nothing came in.
wallets-spent-on = Spent on
wallets-spent-nothing = Nothing went out.
wallets-times = { $count } times
wallets-all-others = All others
wallets-entries = { $count ->
    [one] 1 entry
   *[other] { $count } entries
}

# What a member calls an entry, for themselves alone.
wallets-filter-every-category = Every category
wallets-category = Category
wallets-category-own = (yours alone, nobody else sees it)
wallets-category-keep = Keep
wallets-category-take = Take it away
wallets-by-category = By category
wallets-by-category-lately = What came and went in the last 30 days
wallets-by-category-filtered = What came and went in these days
wallets-more-shown = More entries are shown.

# Everybody's transactions, for those who look after the community.
wallets-all = Transactions
wallets-all-of = Transactions of { $name }
wallets-all-whose = Whose history
wallets-all-with = With whom
wallets-all-id = (a wallet’s id)
wallets-all-type = Type
wallets-all-type-rule = (1 to 99)
wallets-all-newest = Transactions, newest first
wallets-all-issued = Issued into { $to }
wallets-all-paid = { $from } to { $to }
wallets-all-gives-back = gives back
wallets-all-number = number { $number }
wallets-all-table = These as a table
wallets-no-such-wallet = There is no such wallet.
wallets-direction-of-one = In and out mean something only for one wallet: say whose history it is.
wallets-type-rule = A type is a number from 1 to 99.
wallets-one = Transaction { $number }
wallets-one-kind = { $kind }, type { $type }
wallets-one-earlier = an earlier one
wallets-one-correct = Correct it
wallets-one-corrected = It is corrected: this transaction gives it back.
wallets-one-back = Back to the transactions

# The statement of a month.
wallets-statement = Statement of a month
wallets-statement-month = Month
wallets-statement-pdf = To print (PDF)
wallets-statement-csv = As a table (CSV)
wallets-statement-title = Statement for { $month }
wallets-statement-of = { $name } in { $community }
wallets-statement-wallet = Wallet { $wallet }. All amounts are in { $token }.
wallets-statement-made = Written { $when }.
wallets-statement-so-far = Written { $when }: the month is not over yet.
wallets-statement-opening = Balance at the beginning
wallets-statement-closing = Balance at the end
wallets-statement-count = { $count ->
    [one] one payment
   *[other] { $count } payments
}
wallets-statement-payments = Payments
wallets-statement-empty = Nothing came and nothing went in this time.
wallets-statement-when = When
wallets-statement-with = With
wallets-statement-what = What
wallets-statement-amount = Amount
wallets-statement-balance = Balance
wallets-statement-noted = { $what }: { $note }
