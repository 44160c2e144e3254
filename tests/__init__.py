import gc

gc.disable()  # while everything is imported and collected; see conftest
