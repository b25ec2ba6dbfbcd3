# メンバーの代わりに動くプログラム。

clients-title = あなたの代わりに動くプログラム
clients-lead = チャットボットなどのプログラムは、ここで許可したときだけあなたの代わりに動きます。支払いにはその名前が履歴に残り、読み取りはあなたのデータに数えられ、いつでも止められます。
clients-number = 番号：
clients-can = できること：
clients-scope-transfers-write = あなたのウォレットから支払い、返金する
clients-scope-wallet-read = 残高と履歴を見る
clients-scope-activities-write = 参加した活動を記録する
clients-scope-statistics-read = コミュニティの統計を見る
clients-revoked = 運営者が取り消しました。だれの代わりにも動きません。
clients-allowed-since = { $when } から許可しています。
clients-not-allowed = あなたの代わりには動いていません。
clients-stop = { $name } を止める
clients-allow = { $name } を許可する
clients-none = このコミュニティに、そのようなプログラムはありません。
clients-naming = プログラムから見たあなた
clients-naming-lead = プログラムを設定する人から、これを尋ねられることがあります：
clients-naming-no-secret = 秘密ではありません。許可していないことは、これがあってもできません。
clients-to-profile = マイページに戻る
