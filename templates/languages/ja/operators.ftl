# コミュニティのようす。
operators-overview = 概要
operators-cannot-write = 台帳に書き込めません。
operators-cannot-write-why = メンバーはウォレットを見られますが、支払えません。理由はプログラムのログにあります。台帳が合わないときは { $command } を実行してください。
operators-not-sound = 台帳が合っていません。
operators-not-sound-do = { $command } を実行すると、誤りとその場所がわかります。
operators-all-well = 問題ありません。
operators-all-well-means = 台帳は読み書きでき、すべてのトークンの行方がわかっています。
operators-where = トークンのありか
operators-adds-up = 発行の合計は、メンバーの手元と共同の財布を合わせたものです。今数えました。
operators-does-not-add-up = 発行の合計が、メンバーの手元と共同の財布の合計と合いません。
operators-members-hold = メンバーの手元
operators-in-pool = 共同の財布
operators-issued = 発行の合計
operators-distribute = 配布する
operators-issue = 発行する
operators-community = コミュニティ
operators-members = メンバー
operators-with-tokens = うち残高のある人
operators-transactions = 取引
operators-checkpoint = 最新のチェックポイント
operators-checkpoint-up-to = { $when }（{ $number } 番まで）
operators-none-yet = まだありません
operators-backups = バックアップ
operators-lately = 最近の変更
operators-nothing-yet = まだありません。
operators-whole-log = すべての操作記録

# プログラムについて。
operators-program = プログラム
operators-release = バージョン
operators-database = データベース
operators-size = 大きさ
operators-bytes = { $count } バイト
operators-backup-how = バックアップは、プログラムを動かしたままコンピューター上で作ります。正しいことを確かめてから、その名前になります：
operators-restore-how = 元に戻すときは、まずプログラムを止めてください。置き換える前に、失われるものが表示されます：
operators-key-apart = 署名鍵はバックアップに入りません。別の場所に控えを保管してください。
operators-settings = 現在の設定
operators-settings-how = 設定はコンピューター上の設定ファイルか環境変数で変え、次の起動から有効になります。
operators-not-set = 未設定
operators-origin-file = ファイル { $path }
operators-origin-environment = 環境変数 { $name }
operators-origin-flag = オプション { $name }

operators-waiting = 承認を待っている操作が { $count } 件あります。
operators-waiting-see = 待っているものを見る
operators-alerts = まだ誰も確かめていない警告が { $count } 件あります。
operators-alerts-see = 警告を見る

# 台帳の写し。
operators-backups-lead = バックアップは台帳全体の写しです。もう一度読んで正しいことを確かめてから、その名前になります。
operators-backups-newest = いちばん新しい正しいもの
operators-backups-none = まだありません。
operators-backups-age = { $hours ->
    [0] 1時間以内
   *[other] { $hours } 時間前
}
operators-backups-schedule = 自動で作る間隔
operators-backups-every = { $hours } 時間ごと
operators-backups-never = 自動では作りません。設定 backup.every_hours で始められます
operators-backups-keep = そのうち残すもの
operators-backups-keep-count = 新しいほうから { $count } 個
operators-backups-folder = 置いてある場所
operators-backups-fetch = バックアップは、ページからは取り出せません。すべてが入っていて、手に入れた人はすべてを手に入れるからです。コンピューター上で、同じ名前で .sha256 で終わるファイルと一緒に取り出し、別の場所に保管してください：
operators-backups-all = バックアップ（新しい順）
operators-backups-empty = バックアップはありません。
operators-backups-proven = 確認済み
operators-backups-unproven = 作りかけ
operators-backups-schema = スキーマ { $version }
operators-backups-now = 今すぐバックアップする
operators-backups-now-means = ほかの動きと並んで行われます。メンバーには影響しません。
operators-backups-do = バックアップを作る
operators-backups-copying = バックアップを作っています。{ $percent } % を写しました。進み具合は、このページを開き直すと分かります。
operators-backups-verifying = バックアップを作っています。写し終わり、{ $percent } % を確かめました。進み具合は、このページを開き直すと分かります。
operators-backups-begun = バックアップを始めました。進み具合は、このページを開き直すと分かります。
operators-backups-busy = すでにバックアップを作っています。
operators-backups-failed = 前回のバックアップは失敗しました。理由はプログラムの記録にあります。
operators-backups-ahead = 未来の日時のバックアップがあり、どれだけ前のものか分かりません。機械の時計を確かめ、そのバックアップを別の場所へ移してください。
operators-backups-see = バックアップを見る
