"""placeholder while main is wired"""
