# パスキーと復旧コード。

passkeys-title = パスキー
passkeys-lead = パスキーがあれば、スマートフォンやパソコンの指紋、顔、PINでログインできます。パスワードはいりません。
passkeys-few-codes = { $count ->
    [0] 復旧コードが残っていません。
   *[other] 復旧コードは残り { $count } 個です。
}
passkeys-few-codes-do = 端末をなくしたときのために、下で新しく作ってください。
passkeys-yours = あなたのパスキー
passkeys-none = パスキーがありません。下で追加してください。それまでは、復旧コード、1回だけのリンク、またはログインサービスでしか入れません。
passkeys-made = { $made } に作成、まだ使っていません
passkeys-made-and-used = { $made } に作成、最後に使ったのは { $used }
passkeys-synced = ほかの端末でも使えます
passkeys-remove = 削除
passkeys-remove-this = { $name } を削除
passkeys-change = 変更する
passkeys-change-stale = ログインしてから時間がたっています。追加や削除の前に、もう一度ログインしてください。
passkeys-sign-in-again = もう一度ログインする
passkeys-add = パスキーを追加する
passkeys-add-elsewhere = パスキーは、このコミュニティの別のアドレスで使えます。
passkeys-add-open-there = そのアドレスでこのページを開いて追加する
passkeys-add-name = 名前をつけてください
passkeys-my-passkey = わたしのパスキー
passkeys-my-phone = わたしのスマートフォン
passkeys-add-noscript = パスキーを作るにはJavaScriptが必要です。このサイトで許可するか、別のブラウザで開いてください。
passkeys-codes = 復旧コード
passkeys-codes-lead = 端末をなくしたとき、復旧コード1つで1回だけ入れます。
passkeys-codes-left = 残りは { $count } 個です。
passkeys-codes-old = 新しく作ると、古いコードは使えなくなります。
passkeys-codes-make = 新しいコードを作る
passkeys-to-profile = マイページに戻る

passkeys-said-added = パスキーを追加しました。これからはパスキーでログインできます。
passkeys-said-removed = パスキーを削除し、ほかのブラウザをすべてログアウトしました。
passkeys-said-link = ログインしました。次からリンクがいらないように、この端末でパスキーを追加してください。
passkeys-said-code = ログインしました。コードは使用済みです。次からコードがいらないように、この端末でパスキーを追加してください。

passkeys-your-codes = あなたの復旧コード
passkeys-codes-once = このコードは今しか表示されません。このページを印刷するか、ファイルに保存するか、書き写して、大切な書類といっしょに保管してください。
passkeys-codes-what-for = スマートフォンやパソコンをなくしたとき、コード1つで1回だけ入れます。
passkeys-codes-save = ファイルに保存する
passkeys-codes-kept = 保管しました
passkeys-file-title = { $community } の復旧コード
passkeys-file-rule = それぞれ1回だけ使えます。

passkeys-recovery = 復旧コードでログイン
passkeys-recovery-code = 復旧コードのうちの1つ
passkeys-recovery-hint = 最初のパスキーを作ったときのコードです。大文字でも小文字でも、ハイフンがあってもなくてもかまいません。
passkeys-recovery-do = ログイン
passkeys-recovery-none = コードが残っていないときは、{ $community } の運営者にログイン用リンクを頼んでください。
passkeys-recovery-back = 戻る

passkeys-remove-only = 最後のパスキーの削除
passkeys-remove-only-sure = 最後のパスキーを削除しますか？
passkeys-remove-only-meaning = パスキーは { $name } しかありません。削除すると、端末だけではログインできなくなります。
passkeys-remove-only-codes = { $count ->
    [1] その後は、1回だけ使える最後の復旧コードで入ります。手元にありますか？
   *[other] その後は、それぞれ1回だけ使える { $count } 個の復旧コードのどれかで入ります。手元にありますか？
}
passkeys-remove-only-provider = これまでどおり { $provider } でログインできます。
passkeys-remove-only-provider-too = { $provider } でも、これまでどおりログインできます。
passkeys-remove-only-others = ログイン中のほかのブラウザはログアウトされます。
passkeys-remove-it = 削除する
passkeys-keep-it = 残しておく

passkeys-with-one = パスキーで
passkeys-elsewhere = このページは、パスキーが使えない名前で開かれています。
passkeys-elsewhere-sign-in = コミュニティ本来の名前で開いてログインする
passkeys-device-asks = 端末が、指紋、顔、またはPINを確認します。
passkeys-sign-in = パスキーでログイン
passkeys-sign-in-noscript = パスキーにはJavaScriptが必要です。このサイトで許可するか、復旧コードまたは運営者からのリンクでログインしてください。
passkeys-lost = 端末をなくしましたか？
passkeys-lost-recovery = 復旧コードでログインする
passkeys-lost-operator = または、運営者にログイン用リンクを頼んでください。

passkeys-script-unanswered = コミュニティから応答がありません。もう一度お試しください。
passkeys-script-stopped = うまくいきませんでした。中止されたか、時間がかかりすぎたか、この端末にこのコミュニティのパスキーがありません。もう一度お試しください。
passkeys-script-known = この端末には、すでにあなたのパスキーがあります。
passkeys-script-unable = この端末にはパスキーを保存できません。画面ロックを設定するか、別の端末を使ってください。
passkeys-script-elsewhere = このアドレスではパスキーを使えません。コミュニティ本来の名前で、HTTPSで開いてください。
passkeys-script-failed = うまくいきませんでした。もう一度お試しください。
passkeys-script-old = このブラウザではパスキーを使えません。別のブラウザか、復旧コードを使ってください。
passkeys-script-insecure = パスキーにはHTTPSが必要です。httpsのアドレスで開いてください。
