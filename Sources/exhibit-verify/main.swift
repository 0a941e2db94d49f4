print("exhibit-verify")
