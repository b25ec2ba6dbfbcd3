# Paying.

transfers-send = Send
transfers-nothing-sent = Nothing was sent.
transfers-to-whom = To whom
transfers-name = Name
transfers-find-name = Find a name
transfers-find = Find
transfers-nobody = Nobody else is here yet.
transfers-nobody-found = Nobody has “{ $q }” in their name.
transfers-hint-pool = The community's pool
transfers-hint-chosen = Chosen
transfers-hint-lately = Lately
transfers-hint-member = Member
transfers-how-much = How much
transfers-you-have = You have { $balance }.
transfers-note = Note
transfers-note-optional = (if you like; both of you see it)
transfers-continue = Continue
transfers-confirm = Confirm
transfers-is-this-right = Is this right?
transfers-to = to { $name }
transfers-have-now = You have now
transfers-will-have = You will have
transfers-wallet = Wallet
transfers-just-sent = You sent the same to { $name } a few minutes ago. Send again only if you mean to.
transfers-send-it = Send it
transfers-change = Change something
