if(TARGET understudy_sql)
  understudy_fuzz(sql_statement LINKS understudy_sql)
  understudy_fuzz(sql_tree LINKS understudy_sql)
endif()
