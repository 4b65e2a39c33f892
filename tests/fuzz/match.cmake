if(TARGET understudy_protocols)
  understudy_fuzz(match_tokens LINKS understudy_match)
  understudy_fuzz(match_values LINKS understudy_match understudy_protocols)
endif()
