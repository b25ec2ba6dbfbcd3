# Passkeys and recovery codes.

passkeys-title = Passkeys
passkeys-lead = With a passkey your phone or computer signs you in, by your finger, your face or its PIN. There is no password.
passkeys-few-codes = { $count ->
    [0] You have no recovery code left.
    [one] You have one recovery code left.
   *[other] You have { $count } recovery codes left.
}
passkeys-few-codes-do = Make new ones below, so that you can come in when you lose your devices.
passkeys-yours = Yours
passkeys-none = You have no passkey. Add one below: until then only a recovery code, a one-time link or your provider lets you in.
passkeys-made = Made on { $made }, not used yet
passkeys-made-and-used = Made on { $made }, used last on { $used }
passkeys-synced = on your other devices too
passkeys-remove = Remove
passkeys-remove-this = Remove { $name }
passkeys-change = Change something
passkeys-change-stale = You signed in a while ago. Sign in once more before you add or remove anything here.
passkeys-sign-in-again = Sign in again
passkeys-add = Add a passkey
passkeys-add-elsewhere = Passkeys belong to another address of this community.
passkeys-add-open-there = Open this page there to add one.
passkeys-add-name = What will you call it?
passkeys-my-passkey = My passkey
passkeys-my-phone = My phone
passkeys-add-noscript = Making a passkey needs JavaScript. Allow it for this site, or open the page in another browser.
passkeys-codes = Recovery codes
passkeys-codes-lead = A recovery code opens the door once, when you have lost your devices.
passkeys-codes-left = You have { $count } left.
passkeys-codes-old = The old ones stop working when you make new ones.
passkeys-codes-make = Make new codes
passkeys-to-profile = Back to the profile

# What has just been done.
passkeys-said-added = The passkey is added. You can sign in with it from now on.
passkeys-said-removed = The passkey is removed, and all other browsers are signed out.
passkeys-said-link = You are signed in. Add a passkey on this device now, so that you need no link the next time.
passkeys-said-code = You are signed in, and the code is used up. Add a passkey on this device now, so that you need no code the next time.

passkeys-your-codes = Your recovery codes
passkeys-codes-once = These codes are shown only now. Print this page, save the file, or write them down, and keep them where you keep important papers.
passkeys-codes-what-for = When you have lost your phone or computer, each code opens the door once.
passkeys-codes-save = Save as a file
passkeys-codes-kept = I have kept them
passkeys-file-title = Recovery codes for { $community }
passkeys-file-rule = Each works once.

passkeys-recovery = Sign in with a recovery code
passkeys-recovery-code = One of your recovery codes
passkeys-recovery-hint = You got them with your first passkey. Capital or small letters, with or without dashes: all the same.
passkeys-recovery-do = Sign in
passkeys-recovery-none = No code left? Ask an operator of { $community } for a sign-in link.
passkeys-recovery-back = Back

passkeys-remove-only = Remove your only passkey
passkeys-remove-only-sure = Remove your only passkey?
passkeys-remove-only-meaning = { $name } is the only passkey you have. Without it no device signs you in by itself any more.
passkeys-remove-only-codes = { $count ->
    [one] You then come in with your last recovery code, which works once. Do you have it at hand?
   *[other] You then come in with one of your { $count } recovery codes, each of which works once. Do you have them at hand?
}
passkeys-remove-only-provider = You come in with { $provider }, as before.
passkeys-remove-only-provider-too = You also come in with { $provider }, as before.
passkeys-remove-only-others = Other browsers in which you are signed in are signed out.
passkeys-remove-it = Remove it
passkeys-keep-it = Keep it

passkeys-with-one = With a passkey
passkeys-elsewhere = You opened this page under a name to which no passkey belongs.
passkeys-elsewhere-sign-in = Open it under the community's own name to sign in.
passkeys-device-asks = Your device asks for your finger, your face or its PIN.
passkeys-sign-in = Sign in with a passkey
passkeys-sign-in-noscript = A passkey needs JavaScript. Allow it for this site, or sign in with a recovery code or a link from an operator.
passkeys-lost = Lost your device?
passkeys-lost-recovery = Sign in with a recovery code.
passkeys-lost-operator = Or ask an operator for a sign-in link.

# What the script says.
passkeys-script-unanswered = The community does not answer. Try again.
passkeys-script-stopped = That did not work: you stopped it, it took too long, or this device has no passkey for this community. Try again.
passkeys-script-known = This device has a passkey for you already.
passkeys-script-unable = This device cannot keep a passkey. Set up a screen lock, or use another device.
passkeys-script-elsewhere = Passkeys do not work at this address. Open the page by HTTPS, under the community's own name.
passkeys-script-failed = That did not work. Try again.
passkeys-script-old = This browser cannot use passkeys. Use another one, or a recovery code.
passkeys-script-insecure = Passkeys need HTTPS. Open the page by its https address.
