# ページを開いていない間にブラウザーが知らせること。

push-title = このブラウザー
push-lead = ページを開いていない間も、新しい出来事をこのブラウザーでお知らせできます。ここでログアウトすると終わります。
push-add = このブラウザーで知らせる
push-remove = ここでは知らせない
push-failed = ブラウザーが許可していません。このサイトの設定を確かめてください。
push-column = ブラウザー
push-payment = { $name }さんから{ $amount }の支払いがありました。
push-payments = { $count }件、合計{ $amount }の支払いを受け取りました。
push-distribution = コミュニティから{ $amount }を受け取りました。
push-frozen = あなたのウォレットが凍結されました。
push-unfrozen = あなたのウォレットの凍結が解除されました。
push-signed-in = 新しいブラウザーであなたとしてログインがありました。
push-ways-in = ログインの方法が変わりました。
push-role = あなたの役割が変わりました。
push-address = メールアドレスが変わりました。
push-webhook = Webhookが止まりました。知らせを受け取っていません。
push-consent = { $name } が { $amount } の操作を提案しました。あなたの承認を待っています。
push-schedule = 自動の配布が行われませんでした。
push-alert = いつもと違うことがあります：{ $what }。
push-report = { $month }の報告ができました。
push-kind = { $kind }：ブラウザーで
