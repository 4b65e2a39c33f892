if(TARGET understudy_protocols)
  understudy_fuzz(net_beginning LINKS understudy_net understudy_protocols)
  understudy_fuzz(compile_mock_set LINKS understudy_compile understudy_protocols)
endif()
