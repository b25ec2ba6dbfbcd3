# Days and times. $weekday is 1 (Monday) to 7, $month 1 to 12; $day, $year and $time are written as they are.

date-weekday = { $weekday ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}
date-weekday-short = { $weekday ->
    [1] Mon
    [2] Tue
    [3] Wed
    [4] Thu
    [5] Fri
    [6] Sat
   *[7] Sun
}
date-month = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
date-month-short = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
date-day = { date-weekday }, { $day } { date-month } { $year }
date-moment = { $day } { date-month } { $year }, { $time }
date-span = { $from } – { $to }
date-bucket-hour = { $day } { date-month-short } { $year }, { $time }
date-lately = { $day } { date-month-short }, { $time }
date-bucket-day = { date-weekday-short }, { $day } { date-month-short } { $year }
date-bucket-week = Week of { $day } { date-month-short } { $year }
date-bucket-month = { date-month } { $year }
date-short-day = { $day } { date-month-short }
date-short-month = { date-month-short } { $year }
