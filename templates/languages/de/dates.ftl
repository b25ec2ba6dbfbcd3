# Tage und Uhrzeiten.

date-weekday = { $weekday ->
    [1] Montag
    [2] Dienstag
    [3] Mittwoch
    [4] Donnerstag
    [5] Freitag
    [6] Samstag
   *[7] Sonntag
}
date-weekday-short = { $weekday ->
    [1] Mo
    [2] Di
    [3] Mi
    [4] Do
    [5] Fr
    [6] Sa
   *[7] So
}
date-month = { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
}
date-month-short = { $month ->
    [1] Jan.
    [2] Feb.
    [3] März
    [4] Apr.
    [5] Mai
    [6] Juni
    [7] Juli
    [8] Aug.
    [9] Sept.
    [10] Okt.
    [11] Nov.
   *[12] Dez.
}
date-day = { date-weekday }, { $day }. { date-month } { $year }
date-moment = { $day }. { date-month } { $year }, { $time } Uhr
date-span = { $from } – { $to }
date-bucket-hour = { $day }. { date-month-short } { $year }, { $time } Uhr
date-lately = { $day }. { date-month-short }, { $time } Uhr
date-bucket-day = { date-weekday-short }, { $day }. { date-month-short } { $year }
date-bucket-week = Woche ab { $day }. { date-month-short } { $year }
date-bucket-month = { date-month } { $year }
date-short-day = { $day }. { date-month-short }
date-short-month = { $month }/{ $year }
