# What a browser tells while no page is open.

push-title = In this browser
push-lead = This browser can tell you what is new while no page of ours is open. It ends when you sign out here.
push-add = Tell me in this browser
push-remove = Tell me nothing here any more
push-failed = The browser does not allow it. Look into its settings for this site.
push-column = In browsers
push-payment = { $name } paid you { $amount }.
push-payments = You received { $count } payments, { $amount } in all.
push-distribution = You received { $amount } from the community.
push-frozen = Your wallet was frozen.
push-unfrozen = Your wallet was unfrozen.
push-signed-in = Somebody signed in as you in a new browser.
push-ways-in = Your ways to sign in have changed.
push-role = Your role has changed.
push-address = Your address for mail has changed.
push-webhook = A webhook was stopped: it takes no messages.
push-consent = { $name } proposes something of { $amount }: it waits for your consent.
push-schedule = A distribution that should have happened by itself did not.
push-alert = Something is unusual: { $what }.
push-report = The report of { $month } is ready.
push-kind = { $kind }: in browsers
