# The four rules of the stream, in Rego: the number of the answer, as `Answer::ALL` counts them.
package stream

import rego.v1

eligible := {"selected-graduate", "selected-doctor"}

listed := {"new-schools", "key-project", "talent", "key-field", "livelihood", "front-line"}

hire := 2 if {
	input.occupied + input.lent >= input.approved
} else := 3 if {
	input.controlled
	input.filled >= floor((input.began * 7) / 10)
} else := 0

draw := 4 if {
	input.kind != "administrative"
} else := 5 if {
	not input.city_organ
} else := 6 if {
	input.vacancy > 0
} else := 7 if {
	not input.category in eligible
} else := 8 if {
	input.drawn >= floor((input.vacancies * 2) / 10)
} else := 9 if {
	input.room <= 0
} else := 0

borrow := 10 if {
	input.available < input.count
} else := 11 if {
	not input.purpose in listed
} else := 12 if {
	input.school
} else := 12 if {
	input.hospital
} else := 13 if {
	input.vacancy > 0
} else := 14 if {
	input.months > 36
} else := 0

leave := 1 if {
	input.borrowed > 0
} else := 0
