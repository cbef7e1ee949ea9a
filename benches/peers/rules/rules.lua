-- The four rules of the stream, in Lua: the number of the answer, as `Answer::ALL` counts them.
local eligible = { ["selected-graduate"] = true, ["selected-doctor"] = true }
local listed = {
  ["new-schools"] = true, ["key-project"] = true, ["talent"] = true,
  ["key-field"] = true, ["livelihood"] = true, ["front-line"] = true,
}

function hire(occupied, lent, approved, controlled, filled, began)
  if occupied + lent >= approved then return 2 end
  if controlled and filled >= math.floor(began * 7 / 10) then return 3 end
  return 0
end

function draw(kind, city_organ, vacancy, category, drawn, vacancies, room)
  if kind ~= "administrative" then return 4 end
  if not city_organ then return 5 end
  if vacancy > 0 then return 6 end
  if not eligible[category] then return 7 end
  if drawn >= math.floor(vacancies * 2 / 10) then return 8 end
  if room <= 0 then return 9 end
  return 0
end

function borrow(available, count, purpose, school, hospital, vacancy, months)
  if available < count then return 10 end
  if not listed[purpose] then return 11 end
  if school or hospital then return 12 end
  if vacancy > 0 then return 13 end
  if months > 36 then return 14 end
  return 0
end

function leave(borrowed)
  if borrowed > 0 then return 1 end
  return 0
end
